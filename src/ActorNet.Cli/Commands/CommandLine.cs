using System.CommandLine;
using System.CommandLine.Help;
using ActorNet.Cli.Rendering;

namespace ActorNet.Cli.Commands;

/// <summary>The whole command line: its commands, and what happens around each of them.</summary>
internal static class CommandLine
{
    /// <summary>Runs what the arguments ask for.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        try
        {
            Console.SetOut(new CheckedWriter(Console.Out, "stdout"));
            Console.SetError(new CheckedWriter(Console.Error, "stderr"));
            var parse = Create().Parse(arguments);
            UsageCheck.Check(parse);
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parse.InvokeAsync(configuration).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            return ErrorReport.Write(error);
        }
    }

    /// <summary>A command that only groups others: alone it shows its help.</summary>
    public static T ShowingHelp<T>(T command)
        where T : Command
    {
        command.SetAction(parse =>
        {
            new HelpAction().Invoke(parse);
            return ExitCode.Usage;
        });
        return command;
    }

    /// <summary>Its commands.</summary>
    internal static RootCommand Create()
    {
        var root = Commands();
        foreach (var alias in (string[])["-?", "/?", "/h"])
        {
            root.Options.OfType<HelpOption>().Single().Aliases.Remove(alias);
        }

        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }

    private static RootCommand Commands() => ShowingHelp(new RootCommand(
        """
        Trains neural networks, with the same bits on any number of workers.

        Every flag has an environment variable: --batch-size is ACTORNET_BATCH_SIZE. The flag wins, then the variable, then the job file.
        Exit codes: 0 done, 1 failed, 2 usage, 3 unreachable, 4 target accuracy missed, 130 interrupted.
        """)
    {
        TrainCommand.Create(),
        NodeCommand.CreateWorker(),
        NodeCommand.CreateServer(),
        NodeCommand.CreateNode(),
        HealthCommand.Create(),
        MonitorCommand.Create(),
        SteerCommands.CreatePause(),
        SteerCommands.CreateResume(),
        SteerCommands.CreateStop(),
        SteerCommands.CreateCheckpoint(),
        SteerCommands.CreateDrain(),
        SteerCommands.CreateSetRate(),
        EvaluateCommand.Create(),
        PredictCommand.Create(),
        SimulateCommand.Create(),
        ServeCommand.Create(),
        InspectCommand.Create(),
        ExportCommand.Create(),
        DataCommand.Create(),
        RunsCommand.Create(),
        ReportCommand.Create(),
        CertsCommand.Create(),
        ExplainCommand.Create(),
        CompletionsCommand.Create(),
    });
}
