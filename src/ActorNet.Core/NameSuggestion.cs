namespace ActorNet.Core;

/// <summary>What to say to somebody who misspelt a name.</summary>
internal static class NameSuggestion
{
    /// <summary>Longer names are not misspelt but something else, and their distances take the product of their lengths.</summary>
    private const int LongestName = 100;

    /// <summary>A file can have a million columns.</summary>
    private const int MostNames = 10_000;

    /// <summary>
    /// The known name nearest to <paramref name="name"/> by edit distance (V. I. Levenshtein, 1966; upper and lower case alike); of
    /// equally near ones the first; null when none is near: when more than a third of the letters, and more than two, would have to change.
    /// </summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name.Length > LongestName)
        {
            return null;
        }

        var most = Math.Max(2, name.Length / 3);
        // As many letters as the lengths differ by must change at least.
        var nearest = known.Take(MostNames).Where(candidate => Math.Abs(candidate.Length - name.Length) <= most).MinBy(candidate => Distance(name, candidate));
        return nearest is not null && Distance(name, nearest) <= most ? nearest : null;
    }

    /// <summary>
    /// One line: «Unknown activation 'sigmod': did you mean 'sigmoid'? Known are sigmoid, tanh.» Without the question when none is near.
    /// </summary>
    /// <param name="what">What the name should have named: «activation».</param>
    /// <param name="name">The name that is not known.</param>
    /// <param name="known">The names that are, in the order in which to show them.</param>
    public static string Message(string what, string name, IReadOnlyCollection<string> known)
    {
        var question = Nearest(name, known) is { } nearest ? $": did you mean '{nearest}'?" : ".";
        return $"Unknown {what} '{name}'{question} Known are {string.Join(", ", known)}.";
    }

    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var replaced = diagonal + (char.ToUpperInvariant(from[i - 1]) == char.ToUpperInvariant(to[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, 1 + Math.Min(row[j], row[j - 1]));
            }
        }
        return row[^1];
    }
}
