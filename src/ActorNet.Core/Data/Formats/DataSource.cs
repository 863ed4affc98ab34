using ActorNet.Core.Data.Sequences;

namespace ActorNet.Core.Data.Formats;

/// <summary>
/// What a data set's name says: where it is, and after a question mark how its rows become samples, as in
/// <c>iris.csv?label=species&amp;scale=10</c>. The name goes where the job goes, so what was said once is known wherever the data is opened.
/// </summary>
/// <param name="Place">A built-in name or a path.</param>
/// <param name="Format">What is said of the format.</param>
internal sealed record DataSource(string Place, SampleFormat Format)
{
    /// <summary>Whether the place is a name that every machine knows.</summary>
    public bool IsBuiltIn => DataSets.Names.Contains(Place) || SequenceProblems.IsOne(Place);

    /// <summary>Whether the place is a path that is there.</summary>
    public bool Exists => Path.Exists(Place);

    /// <summary>Reads a name.</summary>
    /// <exception cref="ActorNetException">What follows the question mark is no format.</exception>
    public static DataSource Parse(string name)
    {
        var mark = name.LastIndexOf('?');
        // A file may have a question mark in its name.
        return mark < 0 || Path.Exists(name)
            ? new DataSource(name, new SampleFormat())
            : new DataSource(name[..mark], SampleFormat.Parse(name[(mark + 1)..]));
    }

    /// <summary>The place alone, for people.</summary>
    public static string PlaceOf(string name) => name.LastIndexOf('?') is var mark and >= 0 && !Path.Exists(name) ? name[..mark] : name;

    /// <summary>The source with its place as a full path, unless it is a built-in name or not there.</summary>
    public DataSource Rooted() => IsBuiltIn || !Exists ? this : this with { Place = Path.GetFullPath(Place) };

    /// <summary>The source with the format of the set that it was opened as; as it is where that has none.</summary>
    /// <exception cref="ActorNetException">The format is longer than a name can tell.</exception>
    public DataSource With(SampleFormat? format) =>
        format is null ? this : this with { Format = (format with { Delimiter = Format.Delimiter, Header = Format.Header }).Checked() };

    /// <summary>Another name, read as this one is unless it says otherwise itself.</summary>
    public DataSource At(string name) => Parse(name) is var other && other.Format.IsEmpty && !other.IsBuiltIn ? other with { Format = Format.Meaning } : other;

    /// <summary>The name.</summary>
    public override string ToString() => Format.ToString() is { Length: > 0 } format ? $"{Place}?{format}" : Place;
}
