using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Sequences;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Data;

/// <summary>Opens data sets by name.</summary>
public static class DataSets
{
    /// <summary>The names that <see cref="Open"/> knows besides folders.</summary>
    public static IReadOnlyList<string> Names { get; } = ["digits", "mnist", .. SequenceProblems.Names];

    /// <summary>Opens a data set's two parts.</summary>
    /// <param name="name">
    /// <c>digits</c> (built in), <c>mnist</c>, <c>adding</c> and <c>parity</c> (made-up sequences; <c>adding100</c> has 100 steps), a folder with four IDX files named as MNIST's are, or one that <c>actornet data shard</c> has written; a CSV file
    /// or an <c>.npz</c> archive; a folder with <c>train.csv</c>, <c>train.npz</c> or <c>train-x.npy</c> and <c>train-y.npy</c>, and <c>test</c> likewise.
    /// How CSV and NumPy files are read may follow a question mark, as in <c>iris.csv?label=species</c>: docs/data.md has the keys.
    /// A set that has no test part gets one without samples.
    /// </param>
    /// <param name="folder">
    /// Where to look: for <c>digits</c> the cache folder, for <c>mnist</c> the folder of its files; null for <see cref="UserCache.Folder"/>
    /// and for <c>mnist</c> in it. Not used when <paramref name="name"/> is a folder.
    /// </param>
    /// <param name="warn">Is told what went wrong where the set could be opened all the same.</param>
    /// <exception cref="ActorNetException">There is no such set, or its files are missing or damaged.</exception>
    public static DataSetPair Open(string name, string? folder = null, Action<string>? warn = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var source = DataSource.Parse(name);
        var place = source.Place;
        return place switch
        {
            "digits" => BuiltInDigits.Open(folder, warn),
            _ when SequenceProblems.Find(place) is { } problem => problem,
            "mnist" => MnistFiles.Open(folder ?? MnistFiles.DefaultFolder, "mnist"),
            _ when ShardedFolder.IsOne(place) => ShardedFolder.Open(place),
            _ when Directory.Exists(place) && MnistFiles.AreInPart(place) =>
                MnistFiles.Open(place, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(place)))),
            _ when SampleSet.Load(source, warn) is { } pair => pair,
            _ when Directory.Exists(place) => throw new ActorNetException(
                $"'{Path.GetFullPath(place)}' holds no data set: give a folder with MNIST's four IDX files, with dataset.json (shards), or with {SampleFile.Expected}."),
            _ => throw new ActorNetException(
                $"There is no data set '{place}': {(NameSuggestion.Nearest(place, Names) is { } near ? $"did you mean '{near}'? Give" : "give")} "
                + $"{string.Join(", ", Names.Select(known => $"'{known}'"))}, or a folder or file that exists."),
        };
    }
}
