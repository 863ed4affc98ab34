using System.CommandLine;
using ActorNet.Cli.Explain;

namespace ActorNet.Cli.Commands;

/// <summary>actornet explain</summary>
internal static class ExplainCommand
{
    private static readonly Page[] _pages = [PerceptronPage.Page, SigmoidPage.Page, RecurrentPage.Page];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("explain", "Explain what the networks are made of, by small examples that are computed as you look.");
        foreach (var page in _pages)
        {
            command.Subcommands.Add(page.Create());
        }

        return CommandLine.ShowingHelp(command);
    }
}
