using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that say which data a command works on.</summary>
internal sealed class DataFlags
{
    /// <summary>What data can be, for help texts.</summary>
    public const string Forms = "digits, mnist, a CSV file or .npz archive, or a folder with four IDX files, with train.csv, train.npz or train-x.npy, or with shards";

    private readonly Setting _name;
    private readonly Setting _folder = Folder();
    private readonly IReadOnlyList<(Setting Setting, string Key)> _format;

    /// <summary>The flags.</summary>
    /// <param name="otherwise">What the help names as the default.</param>
    /// <param name="hasFormat">Whether it can be said how files are read; else the job says it.</param>
    public DataFlags(string otherwise, bool hasFormat = true)
    {
        _name = new Setting("--data", "digits|mnist|PATH", $"The data: {Forms}. Default: {otherwise}.", DataSets.Names);
        _format = hasFormat ? FormatFlags.Create() : [];
    }

    /// <summary>The setting of the folder alone.</summary>
    public static Setting Folder() => new("--data-dir", "DIR", "Where mnist's files are, or where digits are kept. Default: the user's cache.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var setting in (IEnumerable<Setting>)[_name, _folder, .. _format.Select(flag => flag.Setting)])
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <summary>What was said.</summary>
    public DataChoice Read(ParseResult parse) => new(
        _name.Find(parse)?.Text,
        _folder.Find(parse)?.Text,
        [.. _format.Select(flag => (flag.Key, Said: flag.Setting.Find(parse))).Where(flag => flag.Said is not null).Select(flag => (flag.Key, flag.Said!.Value))]);
}

/// <summary>Which data a person chose.</summary>
/// <param name="Name">Its name; null for the default.</param>
/// <param name="Folder">Where it is, if not in its usual place.</param>
/// <param name="Format">What was said of its format.</param>
internal sealed record DataChoice(string? Name, string? Folder, IReadOnlyList<(string Key, Said Said)> Format)
{
    /// <summary>The source to open.</summary>
    /// <param name="otherwise">The default; another file is read as it is, unless something else is said.</param>
    /// <exception cref="UsageException">A value makes no sense, or the data is not in CSV or NumPy files.</exception>
    public DataSource Over(string otherwise)
    {
        var known = DataSource.Parse(otherwise);
        var source = Name is null ? known : UsageException.Check(() => known.At(Name));
        if (Format.Count > 0 && source.IsBuiltIn)
        {
            throw new UsageException($"{Format[0].Said.Source} is for CSV and NumPy files, which {source.Place} is not: leave it out.");
        }

        return source with { Format = Format.Aggregate(source.Format, (format, said) => FormatFlags.Apply(format, said.Key, said.Said)) };
    }

    /// <summary>Opens it.</summary>
    /// <param name="otherwise">The default.</param>
    /// <exception cref="Core.ActorNetException">It cannot be opened.</exception>
    public DataSetPair Open(string otherwise) => DataSets.Open(Over(otherwise).ToString(), Folder, ModelArgument.Warn);
}
