namespace ActorNet.Core.Training.Modes;

/// <summary>What a node is to compute next where parts are applied as they arrive: follows from what it has heard from the partitions, and nothing else.</summary>
/// <param name="partitions">Partitions.</param>
internal sealed class StaleSchedule(int partitions)
{
    private readonly StaleNews?[] _news = new StaleNews?[partitions];

    /// <summary>A partition's news. Older ones that come late are no news.</summary>
    /// <returns>Whether a part of this node was refused since the last.</returns>
    public bool Note(int partition, StaleNews news)
    {
        var before = _news[partition];
        if (before is not null && (news.Updates < before.Updates || news.Refused < before.Refused))
        {
            return false;
        }

        _news[partition] = news;
        return news.Refused > (before?.Refused ?? 0);
    }

    /// <summary>Updates in the weights that are here, by partition.</summary>
    public long[] Updates => [.. _news.Select(news => news?.Updates ?? 0)];

    /// <summary>
    /// What is due of some slices: the step of those that are furthest behind. A slice's step is over when every partition has applied it.
    /// </summary>
    /// <param name="slices">The slices, ascending.</param>
    /// <returns>The step and the slices to compute at it; null while nothing is, or nothing may be begun.</returns>
    public DueSlices? Next(IEnumerable<int> slices)
    {
        if (Array.Exists(_news, news => news is null))
        {
            return null;
        }

        var steps = slices.Select(slice => (Slice: slice, Step: _news.Min(news => news!.Steps[slice]))).ToList();
        if (steps.Count == 0)
        {
            return null;
        }

        var step = steps.Min(slice => slice.Step);
        return step < _news.Min(news => news!.Allowed) ? new DueSlices(step, [.. steps.Where(slice => slice.Step == step).Select(slice => slice.Slice)]) : null;
    }
}

/// <summary>Slices that are to be computed.</summary>
/// <param name="Step">The step.</param>
/// <param name="Slices">The slices, ascending.</param>
internal sealed record DueSlices(long Step, int[] Slices)
{
    /// <summary>Whether all that others ask for is under way with this.</summary>
    public bool Covers(DueSlices other) => Step == other.Step && other.Slices.All(slice => Slices.Contains(slice));
}
