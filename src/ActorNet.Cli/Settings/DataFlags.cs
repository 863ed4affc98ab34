using System.CommandLine;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that say which data a command works on.</summary>
internal sealed class DataFlags
{
    private readonly Setting _name;
    private readonly Setting _folder = Folder();

    /// <summary>The flags.</summary>
    /// <param name="otherwise">What the help names as the default.</param>
    public DataFlags(string otherwise) =>
        _name = new Setting("--data", "digits|mnist|PATH", $"The data: digits, mnist, a folder with four IDX files, or one that data shard wrote. Default: {otherwise}.", DataSets.Names);

    /// <summary>The setting of the folder alone.</summary>
    public static Setting Folder() => new("--data-dir", "DIR", "Where mnist's files are, or where digits are kept. Default: the user's cache.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_name.Option);
        command.Options.Add(_folder.Option);
    }

    /// <summary>The name and the folder that were said; each null for none.</summary>
    public (string? Name, string? Folder) Read(ParseResult parse) => (_name.Find(parse)?.Text, _folder.Find(parse)?.Text);
}
