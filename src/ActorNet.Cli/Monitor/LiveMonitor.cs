using ActorNet.Cli.Commands;
using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core;

namespace ActorNet.Cli.Monitor;

/// <summary>Watches a run that is under way, in the form that was asked for.</summary>
/// <param name="finder">Finds the coordinator.</param>
/// <param name="patience">How long to look for it at the start.</param>
/// <param name="absence">How long it may be gone once it was there: a standby needs time to take over.</param>
/// <param name="stop">Ends it.</param>
internal sealed class LiveMonitor(RunFinder finder, TimeSpan patience, TimeSpan absence, CancellationToken stop)
{
    /// <summary>How long events may be silent before all that the server still has of them is there.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromMilliseconds(250);

    /// <summary>How long the event that says how a run has ended may come after its status says so.</summary>
    private static readonly TimeSpan _lastWord = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly MonitorModel _model = new();

    /// <summary>Prints how the run is now.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UnreachableException">Nobody answers.</exception>
    public async Task<int> OnceAsync(bool asJson)
    {
        var (client, status) = await finder.FindAsync(patience, stop).ConfigureAwait(false);
        using (client)
        {
            _model.Take(status);
            _model.Take(await client.HistoryAsync(stop).ConfigureAwait(false));
            _model.Members = await client.MembersAsync(stop).ConfigureAwait(false);
            _model.Link = new Link(LinkState.Live, client.Where, DateTime.UtcNow);
            await TakeEventsAsync(client).ConfigureAwait(false);
        }

        if (asJson)
        {
            Console.Out.WriteLine(MonitorJson.Of(_model));
        }
        else
        {
            PageWriter.Write(_model);
        }

        return _model.ExitCode;
    }

    /// <summary>Prints a page, or a line, again and again until the run ends.</summary>
    /// <param name="interval">How often.</param>
    /// <param name="write">Prints it.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UnreachableException">Nobody answers any more.</exception>
    public async Task<int> WatchAsync(TimeSpan interval, Action<MonitorModel> write)
    {
        var next = DateTime.MinValue;
        return await FollowAsync(line: null, isOver =>
        {
            if (isOver || DateTime.UtcNow >= next)
            {
                next = DateTime.UtcNow + interval;
                write(_model);
            }
        }).ConfigureAwait(false);
    }

    /// <summary>Prints each event as it comes, until the run ends.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="UnreachableException">Nobody answers any more.</exception>
    public Task<int> StreamAsync() => FollowAsync(Console.Out.WriteLine, _ => { });

    /// <summary>Shows it on the whole terminal.</summary>
    /// <param name="refusal">Why no command may be given; null when one may.</param>
    /// <param name="hasColour">Whether colours are welcome.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UnreachableException">Nobody answers at the start.</exception>
    public async Task<int> ShowAsync(string? refusal, bool hasColour)
    {
        // A wrong address is better told than shown.
        (await finder.FindAsync(patience, stop).ConfigureAwait(false)).Client.Dispose();
        LiveSource? source = null;
        FullScreen? screen = null;
        MonitorController? controller = null;
        controller = new MonitorController(_model)
        {
            By = Steering.Me,
            Refusal = () => refusal ?? (source!.Client is null ? "the coordinator does not answer now: nobody could take the command" : null),
            Send = command => _ = SendAsync(source!.Client, command, controller!, screen!),
        };
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using (screen = new FullScreen(_model, controller, hasColour))
        {
            source = new LiveSource(finder, screen.Post);
            var watching = source.RunAsync(leaving.Token);
            // A fault of the program must not leave a screen that stands still.
            _ = watching.ContinueWith(_ => leaving.Cancel(), TaskContinuationOptions.OnlyOnFaulted);
            screen.Run(leaving.Token);
            await leaving.CancelAsync().ConfigureAwait(false);
            await EndAsync(watching).ConfigureAwait(false);
        }

        return stop.IsCancellationRequested || screen.IsInterrupted ? ExitCode.Interrupted : _model.ExitCode;
    }

    private static async Task EndAsync(Task watching)
    {
        try
        {
            await watching.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It was told to end.
        }
    }

    /// <summary>Sends a command and says what became of it.</summary>
    private async Task SendAsync(RunClient? client, RunCommand command, MonitorController controller, FullScreen screen)
    {
        try
        {
            var answer = client is null ? null : await client.SendAsync(command, stop).ConfigureAwait(false);
            screen.Post(_ => controller.Say(answer is null ? "the coordinator does not answer now" : Steering.Line(answer), answer?.IsDone == true));
        }
        catch (ActorNetException error)
        {
            screen.Post(_ => controller.Say(error.Message, isGood: false));
        }
        catch (Exception error) when (error is OperationCanceledException or ObjectDisposedException)
        {
            screen.Post(_ => controller.Say($"the connection ended before {command.Verb} was answered: look at the events", isGood: false));
        }
    }

    private async Task<int> FollowAsync(Action<string>? line, Action<bool> look)
    {
        (await finder.FindAsync(patience, stop).ConfigureAwait(false)).Client.Dispose();
        var found = DateTime.UtcNow;
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(stop);
        void Post(Action<MonitorModel> change)
        {
            lock (_lock)
            {
                change(_model);
            }
        }

        var watching = new LiveSource(finder, Post) { Line = line }.RunAsync(leaving.Token);
        try
        {
            DateTime? over = null;
            while (true)
            {
                await Task.WhenAny(watching, Task.Delay(_look, stop)).ConfigureAwait(false);
                stop.ThrowIfCancellationRequested();
                if (watching.IsFaulted)
                {
                    await watching.ConfigureAwait(false);
                }

                lock (_lock)
                {
                    _model.Now = DateTime.UtcNow;
                    over = _model.IsOver ? over ?? DateTime.UtcNow : null;
                    var isOver = _model.IsOver && (_model.HasHeardEnd || _model.Link.State == LinkState.Lost || DateTime.UtcNow - over > _lastWord);
                    if (_model.Status is not null)
                    {
                        look(isOver);
                    }

                    if (isOver)
                    {
                        return _model.ExitCode;
                    }

                    RequirePresence(found);
                }
            }
        }
        finally
        {
            await leaving.CancelAsync().ConfigureAwait(false);
            await EndAsync(watching).ConfigureAwait(false);
        }
    }

    /// <summary>Gives up when the coordinator has been gone for too long.</summary>
    /// <param name="found">When it was found at first: it may be gone again before its status is asked for.</param>
    private void RequirePresence(DateTime found)
    {
        var seen = _model.Link.LastSeen ?? found;
        if (_model.Link is { State: not LinkState.Live, Reason: var reason } && DateTime.UtcNow - seen > absence)
        {
            var step = _model.Status is { } status ? $", at step {Say.Count(status.Step)} of {Say.Count(status.TotalSteps)}" : "";
            throw new UnreachableException(new ActorNetException(
                $"the coordinator was last seen {Ages.Since(seen, DateTime.UtcNow)} ago{step}, and does not come back within {absence.TotalSeconds:0.#} s (--timeout): {reason ?? "it does not answer"}"));
        }
    }

    /// <summary>Takes the events that the server still has.</summary>
    private async Task TakeEventsAsync(RunClient client)
    {
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(stop);
        quiet.CancelAfter(_silence);
        try
        {
            await foreach (var (_, text) in client.EventsAsync(lastId: null, quiet.Token).ConfigureAwait(false))
            {
                quiet.CancelAfter(_silence);
                _model.Take(text);
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // That was all of them.
        }
    }
}
