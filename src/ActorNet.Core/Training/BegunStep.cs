namespace ActorNet.Core.Training;

/// <summary>What the arrival of weights means for a node's workers.</summary>
internal enum StepNews
{
    /// <summary>Nothing yet.</summary>
    None,

    /// <summary>More of the weights of the step that was begun are there.</summary>
    More,

    /// <summary>A newer step can begin.</summary>
    Newer,

    /// <summary>The weights of a step before the one that was begun, which had been passed over, are there whole: a partition that is behind waits for it.</summary>
    Earlier,
}

/// <summary>The newest step that a node's workers have begun: it begins with the weights of the first layer, and ends once all are there.</summary>
/// <param name="weights">What is there.</param>
/// <param name="ranges">The partitions.</param>
/// <param name="opening">Parameters, from the first on, with which a step begins.</param>
internal sealed class BegunStep(HeldVersions weights, IReadOnlyList<PartitionRange> ranges, int opening)
{
    /// <summary>The step; -1 for none.</summary>
    public long Step { get; private set; } = -1;

    /// <summary>Parameters, from the first on, that are there of it.</summary>
    public int There { get; private set; }

    /// <summary>The newest step whose weights were all there, that one or one before: every partition has applied the steps before it. -1 for none.</summary>
    public long Whole { get; private set; } = -1;

    /// <summary>Looks at what is there.</summary>
    public StepNews Look()
    {
        var whole = Whole;
        Whole = Math.Max(whole, weights.Step);
        var first = weights.NewestOfFirst;
        var (step, there) = (Math.Max(Step, ThereOf(first) >= opening ? first : weights.Step), There);
        var isNewer = step > Step;
        (Step, There) = (step, isNewer ? ThereOf(step) : Math.Max(there, ThereOf(step)));
        return Whole > whole && Whole < Step ? StepNews.Earlier
            : isNewer ? StepNews.Newer
            : There > there ? StepNews.More
            : StepNews.None;
    }

    private int ThereOf(long version)
    {
        var partitions = version < 0 ? 0 : weights.Leading(version);
        return partitions == 0 ? 0 : ranges[partitions - 1].End;
    }
}
