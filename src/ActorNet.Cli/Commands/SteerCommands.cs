using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Monitor;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Commands;

/// <summary>actornet pause, resume, stop, checkpoint, drain and set-lr: what a person can ask of a run that is under way.</summary>
internal static class SteerCommands
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);

    /// <summary>actornet pause</summary>
    public static Command CreatePause() => Create("pause", "Hold a run at its next step, with a checkpoint there.", _ => new RunCommand.Pause(Steering.Me));

    /// <summary>actornet resume</summary>
    public static Command CreateResume() => Create(
        "resume", "Let a paused run go on. One that has ended goes on with 'train --resume'.", _ => new RunCommand.Resume(Steering.Me));

    /// <summary>actornet stop</summary>
    public static Command CreateStop()
    {
        var when = new Setting(
            "--when", "step|epoch|now", "After the step under way, with a checkpoint (the default); after its epoch; or at once, whatever is under way.", "step", "epoch", "now");
        var command = Create("stop", "End a run. It goes on with 'train --resume'.", parse => new RunCommand.Stop(Steering.Me, When(when.Find(parse))));
        command.Options.Add(when.Option);
        return command;
    }

    /// <summary>actornet checkpoint</summary>
    public static Command CreateCheckpoint() => Create(
        "checkpoint", "Have a run write a checkpoint at its next step.", _ => new RunCommand.Checkpoint(Steering.Me));

    /// <summary>actornet drain</summary>
    public static Command CreateDrain()
    {
        var node = new Argument<string>("NODE") { Description = "The node's name, as 'monitor' shows it." };
        return Create("drain", "Have a node hand over what it has and end its process.", parse => new RunCommand.Drain(Steering.Me, parse.GetRequiredValue(node)), node);
    }

    /// <summary>actornet set-lr</summary>
    public static Command CreateSetRate()
    {
        var rate = new Argument<string>("RATE") { Description = "The new learning rate, above 0." };
        return Create(
            "set-lr", "Set the learning rate from the next step on.", parse => new RunCommand.SetLearningRate(Steering.Me, Rate(parse.GetRequiredValue(rate))), rate);
    }

    private static Command Create(string name, string description, Func<ParseResult, RunCommand> read, Argument? what = null)
    {
        var flags = new RunFlags();
        var json = new Switch("--json", "Print the answer as one JSON object, alone on stdout.");
        var command = new Command(name, description);
        flags.AddTo(command);
        if (what is not null)
        {
            // One word alone could be either.
            flags.Url.Arity = ArgumentArity.ExactlyOne;
            command.Arguments.Add(what);
        }

        command.Options.Add(json.Option);
        command.SetAction(parse => RunAsync(flags.Finder(parse), read(parse), flags.Timeout(parse, _patience), json.IsOn(parse)));
        return command;
    }

    private static async Task<int> RunAsync(RunFinder finder, RunCommand command, TimeSpan patience, bool asJson)
    {
        using var interruption = new Interruption(beforeEnd: () => { });
        try
        {
            var (client, _) = await finder.FindAsync(patience, interruption.Stop).ConfigureAwait(false);
            using (client)
            {
                return Report(await client.SendAsync(command, interruption.Stop).ConfigureAwait(false), asJson);
            }
        }
        catch (OperationCanceledException) when (interruption.Stop.IsCancellationRequested)
        {
            ErrorReport.WriteLine($"interrupted before {command.Verb} was answered: it may have been done; 'actornet monitor --once' shows.");
            return ExitCode.Interrupted;
        }
    }

    private static int Report(CommandAnswer answer, bool asJson)
    {
        if (asJson)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(answer, RunJson.Indented));
        }
        else if (answer.IsDone)
        {
            Console.Out.WriteLine(Steering.Line(answer));
        }

        if (!answer.IsDone)
        {
            ErrorReport.WriteLine(Steering.Line(answer));
        }

        return answer.IsDone ? ExitCode.Done : ExitCode.Failed;
    }

    private static StopTime When(Said? said) => said?.Text switch
    {
        null or "step" => StopTime.Step,
        "epoch" => StopTime.Epoch,
        "now" => StopTime.Now,
        _ => throw said.Value.Wrong("step, epoch or now"),
    };

    private static double Rate(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) && double.IsFinite(rate) && rate > 0
            ? rate
            : throw new Said(text, "RATE").Wrong("a number above 0");
}
