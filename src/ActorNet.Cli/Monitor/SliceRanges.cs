namespace ActorNet.Cli.Monitor;

/// <summary>Numbers of slices in few letters.</summary>
internal static class SliceRanges
{
    /// <summary>Such as <c>0-3,6</c>; a dash for none.</summary>
    public static string Format(IReadOnlyList<int> slices)
    {
        var parts = new List<string>();
        var sorted = slices.Order().ToList();
        for (int from = 0, to; from < sorted.Count; from = to)
        {
            for (to = from + 1; to < sorted.Count && sorted[to] == sorted[to - 1] + 1; to++)
            {
            }

            parts.Add(to - from == 1 ? $"{sorted[from]}" : $"{sorted[from]}-{sorted[to - 1]}");
        }

        return parts.Count == 0 ? "-" : string.Join(",", parts);
    }
}
