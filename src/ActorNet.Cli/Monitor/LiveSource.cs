using ActorNet.Cli.Commands;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>
/// Keeps a <see cref="MonitorModel"/> up to date from a coordinator: status and members are asked for again and again, events are streamed, the course of the
/// run is asked for at each connection. When the coordinator is gone it looks for it, at all addresses, until it is back.
/// </summary>
/// <param name="finder">Finds the coordinator.</param>
/// <param name="post">Hands a change to whoever owns the model.</param>
internal sealed class LiveSource(RunFinder finder, Action<Action<MonitorModel>> post)
{
    private static readonly TimeSpan _interval = TimeSpan.FromSeconds(1);

    private volatile RunClient? _client;
    private string? _lastId;

    /// <summary>Is told each event as it came, after the model.</summary>
    public Action<string>? Line { get; init; }

    /// <summary>The coordinator that answers; null while none does.</summary>
    public RunClient? Client => _client;

    /// <summary>Watches until it is cancelled.</summary>
    /// <exception cref="OperationCanceledException">It was.</exception>
    public async Task RunAsync(CancellationToken cancel)
    {
        post(model => model.Link = new Link(LinkState.Connecting, finder.Where));
        while (true)
        {
            try
            {
                var (client, status) = await finder.FindAsync(cancel).ConfigureAwait(false);
                using (client)
                {
                    await WatchAsync(client, status, cancel).ConfigureAwait(false);
                }
            }
            catch (UnreachableException error)
            {
                post(model => model.Link = Without(model.Link, error.Message));
            }
            finally
            {
                _client = null;
            }

            await Task.Delay(_interval, cancel).ConfigureAwait(false);
        }
    }

    private static Link Without(Link link, string reason) => link.LastSeen is null
        ? link with { Reason = reason }
        : link with { State = LinkState.Lost, Reason = reason };

    /// <summary>Watches one coordinator until it does not answer any more.</summary>
    /// <exception cref="UnreachableException">It does not.</exception>
    private async Task WatchAsync(RunClient client, RunStatus status, CancellationToken cancel)
    {
        var history = await client.HistoryAsync(cancel).ConfigureAwait(false);
        post(model =>
        {
            model.Take(status);
            model.Take(history);
            model.Link = new Link(LinkState.Live, client.Where, DateTime.UtcNow);
        });
        _client = client;
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        Task[] tasks = [PollAsync(client, both.Token), StreamAsync(client, both.Token)];
        await Task.WhenAny(tasks).ConfigureAwait(false);
        await both.CancelAsync().ConfigureAwait(false);
        foreach (var task in tasks)
        {
            try
            {
                await task.ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                // The other one has ended, and says why.
            }
        }
    }

    private async Task PollAsync(RunClient client, CancellationToken cancel)
    {
        while (true)
        {
            var status = await client.StatusAsync(cancel).ConfigureAwait(false);
            var members = await client.MembersAsync(cancel).ConfigureAwait(false);
            post(model =>
            {
                model.Take(status);
                model.Members = members;
                model.Link = new Link(LinkState.Live, client.Where, DateTime.UtcNow);
            });
            await Task.Delay(_interval, cancel).ConfigureAwait(false);
        }
    }

    private async Task StreamAsync(RunClient client, CancellationToken cancel)
    {
        // At first everything that the coordinator still has: what failed before somebody looked is what they look for.
        await foreach (var (id, text) in client.EventsAsync(_lastId, cancel).ConfigureAwait(false))
        {
            _lastId = id.Length > 0 ? id : _lastId;
            post(model =>
            {
                model.Take(text);
                Line?.Invoke(text);
            });
        }
    }
}
