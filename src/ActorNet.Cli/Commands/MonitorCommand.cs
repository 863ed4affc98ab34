using System.CommandLine;
using ActorNet.Cli.Monitor;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Commands;

/// <summary>actornet monitor</summary>
internal static class MonitorCommand
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _absence = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _plainInterval = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command("monitor", "Watch a run, and steer it: on the whole terminal, as a page, as JSON, or from its record.");
        var flags = new MonitorFlags();
        flags.AddTo(command);
        command.SetAction(parse =>
        {
            var options = flags.Read(parse);
            return options.Replay is { } record
                ? Replay(record, options)
                : RunAsync(flags.Run.Finder(parse), flags.Run.Timeout(parse, _patience), flags.Run.Timeout(parse, _absence), options);
        });
        return command;
    }

    private static async Task<int> RunAsync(RunFinder finder, TimeSpan patience, TimeSpan absence, MonitorOptions options)
    {
        using var interruption = new Interruption(beforeEnd: () => { }, endsOnHangup: true);
        var monitor = new LiveMonitor(finder, patience, absence, interruption.Stop);
        try
        {
            return await (options switch
            {
                { Form: MonitorForm.Page } => monitor.OnceAsync(asJson: false),
                { Form: MonitorForm.Json } => monitor.OnceAsync(asJson: true),
                { Form: MonitorForm.Lines } => monitor.StreamAsync(),
                { Form: MonitorForm.Pages } => monitor.WatchAsync(options.Interval, PageWriter.Repeat),
                _ when IsTerminal => monitor.ShowAsync(options.Refusal, Terminal.Output().HasColour),
                _ => monitor.WatchAsync(_plainInterval, WriteLine),
            }).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (interruption.Stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static Task<int> Replay(string path, MonitorOptions options)
    {
        var record = ReplayedRecord.Read(path, ModelArgument.Warn);
        if (options.Form == MonitorForm.Lines)
        {
            foreach (var line in record.Lines)
            {
                Console.Out.WriteLine(line.ToJsonString(RunJson.Line));
            }
        }

        var model = new MonitorModel();
        var replay = new Replay(record, model);
        switch (options.Form)
        {
            case MonitorForm.Json:
                Console.Out.WriteLine(MonitorJson.Of(model));
                break;
            case MonitorForm.Lines:
                break;
            case MonitorForm.Screen when IsTerminal:
                return Task.FromResult(Show(replay));
            default:
                PageWriter.Write(model);
                break;
        }

        return Task.FromResult(model.ExitCode);
    }

    private static int Show(Replay replay)
    {
        using var interruption = new Interruption(beforeEnd: () => { }, endsOnHangup: true);
        replay.Seek(TimeSpan.Zero);
        replay.Toggle();
        using var screen = new FullScreen(replay.Model, new MonitorController(replay.Model, replay), Terminal.Output().HasColour);
        screen.Run(interruption.Stop);
        return interruption.Stop.IsCancellationRequested || screen.IsInterrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static bool IsTerminal => Terminal.Output().IsLive && !Console.IsInputRedirected;

    private static void WriteLine(MonitorModel model)
    {
        Console.Out.WriteLine(PlainLine.Of(model));
        Console.Out.Flush();
    }
}
