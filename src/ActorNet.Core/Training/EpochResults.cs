using ActorNet.Core.Data;

namespace ActorNet.Core.Training;

/// <summary>Makes and reads the results of epochs.</summary>
internal static class EpochResults
{
    /// <summary>The result of an epoch. Numbers to predict are not right or wrong: a regression has costs and no accuracy.</summary>
    /// <param name="task">What the outputs mean.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="training">The running score of its steps.</param>
    /// <param name="test">The test set's score; null without one.</param>
    /// <param name="validation">The held-out part's score; null without one.</param>
    /// <param name="seconds">How long its training took.</param>
    public static EpochResult Create(TaskKind task, int epoch, Score training, Score? test, Score? validation, double seconds) => new(
        epoch,
        training.MeanCost,
        task == TaskKind.Regression ? double.NaN : training.Accuracy,
        task == TaskKind.Regression ? double.NaN : test?.Accuracy ?? double.NaN,
        test?.MeanCost ?? double.NaN,
        task == TaskKind.Regression ? null : validation?.Accuracy,
        seconds)
    {
        ValidationCost = validation?.MeanCost,
    };

    /// <summary>The accuracy that epochs are chosen by: on the held-out part where there is one, else on the test set.</summary>
    public static double ChoosingAccuracy(EpochResult result) => result.ValidationAccuracy ?? result.TestAccuracy;

    /// <summary>
    /// How good an epoch is, more is better: its choosing accuracy, or minus the cost of the same set for a regression. NaN for one that was not judged.
    /// </summary>
    public static double Merit(EpochResult result) =>
        result.ValidationAccuracy ?? -result.ValidationCost ?? (double.IsNaN(result.TestAccuracy) ? -result.TestCost : result.TestAccuracy);

    /// <summary>Whether a job with a target accuracy ends after this epoch.</summary>
    public static bool ReachesTarget(JobSpec job, EpochResult result) => ChoosingAccuracy(result) >= job.TargetAccuracy;

    /// <summary>
    /// Whether a job with patience ends after the last of these epochs: none since the best one has been better, for as many epochs as the patience lasts. It
    /// follows from the history alone, so it is the same after a resume.
    /// </summary>
    /// <param name="job">The job.</param>
    /// <param name="history">All epochs of the job.</param>
    public static bool HasStalled(JobSpec job, IReadOnlyList<EpochResult> history)
    {
        var best = 0;
        for (var i = 1; job.Patience > 0 && i < history.Count; i++)
        {
            best = Merit(history[i]) > Merit(history[best]) ? i : best;
        }

        return job.Patience > 0 && history.Count - 1 - best >= job.Patience;
    }

    /// <summary>Refuses a job with patience that has nothing to judge its epochs by.</summary>
    /// <exception cref="ActorNetException">It has no held-out set.</exception>
    public static void RequireHeldOut(JobSpec job, DataSet? validation)
    {
        if (job.Patience > 0 && validation is null)
        {
            throw new ActorNetException(
                $"patience is {job.Patience}, and there is no held-out set to judge the epochs by: hold samples out, or leave patience out. The test set chooses no epoch.");
        }
    }
}
