namespace ActorNet.Core.Training;

/// <summary>What to do about a failure.</summary>
/// <param name="GivesUp">Whether the job must end.</param>
/// <param name="Slice">The slice that has failed too often, when it must.</param>
internal readonly record struct FailureVerdict(bool GivesUp, int Slice);

/// <summary>
/// Counts the failures of slices at a step. A failure of unknown slice counts for every slice that was computed at once; the next try then
/// computes them one by one, so that the last failure always has a name.
/// </summary>
internal sealed class SliceFailures
{
    /// <summary>Failures of one slice at one step that end a job.</summary>
    public const int Most = 3;

    private readonly int[] _counts;
    private long _step = -1;

    /// <summary>No failures of so many slices.</summary>
    public SliceFailures(int slices) => _counts = new int[slices];

    /// <summary>Whether a step has failed before, so that its slices are to be computed one by one.</summary>
    public bool HasFailed(long step) => step == _step;

    /// <summary>Counts a failure.</summary>
    /// <param name="step">The step.</param>
    /// <param name="suspects">The slices that were computed at once, or the one at fault.</param>
    public FailureVerdict Add(long step, IEnumerable<int> suspects)
    {
        if (step != _step)
        {
            _step = step;
            Array.Clear(_counts);
        }

        foreach (var slice in suspects)
        {
            if (++_counts[slice] >= Most)
            {
                return new FailureVerdict(true, slice);
            }
        }

        return default;
    }
}
