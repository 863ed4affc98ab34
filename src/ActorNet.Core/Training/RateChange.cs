namespace ActorNet.Core.Training;

/// <summary>
/// From a step on, the job's learning rate is another: the schedule and the warm-up stay, what they lower and raise is this one. The job's hash does not know
/// of it; the same job with the same changes has the same weights.
/// </summary>
/// <param name="Step">The first step made with it, from 0.</param>
/// <param name="Rate">The learning rate before the schedule, above 0.</param>
internal readonly record struct RateChange(long Step, double Rate)
{
    /// <summary>The learning rate before the schedule at a step: of the changes that have begun by then, the one that was asked for last.</summary>
    /// <param name="changes">In the order in which they were asked for. A replay may ask for one at an earlier step than one before it.</param>
    /// <param name="step">The step.</param>
    /// <param name="otherwise">The job's own rate.</param>
    public static double At(IReadOnlyList<RateChange> changes, long step, double otherwise)
    {
        for (var i = changes.Count - 1; i >= 0; i--)
        {
            if (changes[i].Step <= step)
            {
                return changes[i].Rate;
            }
        }

        return otherwise;
    }
}
