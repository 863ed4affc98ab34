namespace ActorNet.Cli.Reports.Listing;

/// <summary>A curve in one line of text.</summary>
internal static class Sparkline
{
    private const string Levels = "▁▂▃▄▅▆▇█";

    /// <summary>Draws values from the least (low) to the greatest (high).</summary>
    /// <param name="values">The values, in order.</param>
    /// <param name="width">The most characters: more values are drawn by one of a group each, the last of it.</param>
    /// <param name="least">The value of the lowest level.</param>
    /// <param name="most">The value of the highest level.</param>
    public static string Draw(IReadOnlyList<double> values, int width, double least, double most)
    {
        var count = Math.Min(values.Count, width);
        return string.Create(count, (values, least, most), static (line, state) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                var value = state.values[((i + 1) * state.values.Count / line.Length) - 1];
                var part = state.most > state.least ? (value - state.least) / (state.most - state.least) : 0.5;
                line[i] = Levels[(int)Math.Clamp(part * Levels.Length, 0, Levels.Length - 1)];
            }
        });
    }
}
