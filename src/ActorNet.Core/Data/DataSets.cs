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
    /// <c>digits</c> (built in), <c>mnist</c>, <c>adding</c> and <c>parity</c> (made-up sequences; <c>adding100</c> has 100 steps), a folder with four IDX files named as MNIST's are, or one that <c>actornet data shard</c> has written.
    /// A sharded set that has no test part gets one without samples.
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
        return name switch
        {
            "digits" => BuiltInDigits.Open(folder, warn),
            _ when SequenceProblems.Find(name) is { } problem => problem,
            "mnist" => MnistFiles.Open(folder ?? MnistFiles.DefaultFolder, "mnist"),
            _ when ShardedFolder.IsOne(name) => ShardedFolder.Open(name),
            _ when Directory.Exists(name) => MnistFiles.Open(name, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(name)))),
            _ when File.Exists(name) => throw new ActorNetException(
                $"'{name}' is a file: give the folder that holds the four IDX files (train and t10k, images and labels) or a dataset.json."),
            _ => throw new ActorNetException(
                $"There is no data set '{name}': {(NameSuggestion.Nearest(name, Names) is { } near ? $"did you mean '{near}'? Give" : "give")} "
                + $"{string.Join(", ", Names.Select(known => $"'{known}'"))}, or a folder that exists."),
        };
    }
}
