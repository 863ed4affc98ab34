using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>
/// The learning rate of every step of a job: a rate, a schedule that lowers it, and a warm-up that raises it first.
/// Computed in double by a fixed sequence of exactly rounded operations: the same bits everywhere.
/// </summary>
public sealed record LearningRateSpec
{
    /// <summary>The learning rate η before the schedule, above 0.</summary>
    public double Rate { get; init; } = 3.0;

    /// <summary>
    /// constant; step (times <see cref="StepFactor"/> after every <see cref="StepEpochs"/> epochs); or cosine (from the end of the
    /// warm-up down to <see cref="FinalFraction"/> of the rate at the end of the job along half a cosine: Loshchilov and Hutter 2017,
    /// equation 5, without restarts).
    /// </summary>
    public string Schedule { get; init; } = "constant";

    /// <summary>What the step schedule multiplies the rate by, above 0 and at most 1.</summary>
    public double StepFactor { get; init; } = 0.1;

    /// <summary>After how many epochs the step schedule multiplies once more, at least 1.</summary>
    public int StepEpochs { get; init; } = 10;

    /// <summary>For how many steps the rate rises linearly first: step k (from 0) has (k + 1) / WarmupSteps of it. At least 0.</summary>
    public int WarmupSteps { get; init; }

    /// <summary>Which part of the rate the cosine schedule ends at, 0 to 1.</summary>
    public double FinalFraction { get; init; }

    /// <summary>Refuses numbers out of range and an unknown schedule.</summary>
    /// <exception cref="ActorNetException">The message names the key, its value and what it may be.</exception>
    internal void Validate()
    {
        Coefficient.Positive("learningRate", Rate);
        Require(Schedule is "constant" or "step" or "cosine", $"schedule '{Schedule}' is not known: use constant, step or cosine.");
        Require(StepFactor is > 0 and <= 1, $"stepFactor is {StepFactor}: give a number above 0 and at most 1.");
        Require(StepEpochs >= 1, $"stepEpochs is {StepEpochs}: give at least 1.");
        Require(WarmupSteps >= 0, $"warmupSteps is {WarmupSteps}: give 0 or more.");
        Require(FinalFraction is >= 0 and <= 1, $"finalFraction is {FinalFraction}: give a number from 0 to 1.");
    }

    /// <summary>The learning rate of one step.</summary>
    /// <param name="step">The step, counted from 0 over the whole job; beyond the job's end the last rate holds.</param>
    /// <param name="stepsPerEpoch">The number of steps in an epoch, at least 1.</param>
    /// <param name="totalSteps">The number of steps in the job, at least 1.</param>
    /// <exception cref="ActorNetException">The schedule is unknown.</exception>
    internal float At(long step, long stepsPerEpoch, long totalSteps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        ArgumentOutOfRangeException.ThrowIfLessThan(stepsPerEpoch, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(totalSteps, 1);
        var scheduled = Schedule switch
        {
            "constant" => Rate,
            "step" => Rate * DeterministicMath.PowInteger(StepFactor, step / stepsPerEpoch / StepEpochs),
            "cosine" => Rate * CosineFraction(step, totalSteps),
            _ => throw new ActorNetException($"schedule '{Schedule}' is not known: use constant, step or cosine."),
        };
        return (float)(step < WarmupSteps ? scheduled * ((step + 1) / (double)WarmupSteps) : scheduled);
    }

    private double CosineFraction(long step, long totalSteps)
    {
        if (step <= WarmupSteps || step >= totalSteps)
        {
            return step >= totalSteps ? FinalFraction : 1;
        }

        var progress = (step - WarmupSteps) / (double)(totalSteps - WarmupSteps);
        return FinalFraction + ((1 - FinalFraction) * (0.5 * (1 + DeterministicMath.Cos(Math.PI * progress))));
    }

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new ActorNetException(FormattableString.Invariant(message));
        }
    }
}
