using System.CommandLine;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data</summary>
internal static class DataCommand
{
    /// <summary>The command.</summary>
    public static Command Create() => CommandLine.ShowingHelp(new Command("data", "Look at data sets, fetch them, and write them as shards.")
    {
        DataInfoCommand.Create(),
        DataPreviewCommand.Create(),
        DataShardCommand.Create(),
        DataDownloadCommand.Create(),
    });
}
