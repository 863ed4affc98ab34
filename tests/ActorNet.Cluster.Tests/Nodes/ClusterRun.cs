using System.Collections.Concurrent;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Core.Data;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Nodes;

/// <summary>A coordinator and nodes that join it, each with an actor system of its own, all in this process, over loopback and ports that are free.</summary>
internal sealed class ClusterRun : IAsyncDisposable
{
    /// <summary>Four actor systems on two cores form their cluster in a few seconds, and this leaves room for a loaded machine.</summary>
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TestRun _run;
    private readonly ConcurrentQueue<TrainingEvent> _events = new();
    private readonly List<(Func<TrainingEvent, bool> Holds, TaskCompletionSource<TrainingEvent> Seen)> _awaited = [];
    private readonly List<JoiningNode> _nodes = [];
    private readonly TaskCompletionSource<HostPort> _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Action? _release;

    private ClusterRun(TrainingRequest request, Action? release, RunSettings? settings)
    {
        _release = release;
        request = request with { Node = (request.Node ?? new NodeOptions { Serves = true }) with { Listen = new HostPort("127.0.0.1", 0) } };
        _run = TestRun.Prepare(request, Note, settings);
    }

    /// <summary>The coordinator's actor system.</summary>
    public ActorSystem System => _run.System;

    /// <summary>What the coordinator said, in order.</summary>
    public IEnumerable<T> Seen<T>()
        where T : TrainingEvent => _events.OfType<T>();

    /// <summary>Starts a coordinator.</summary>
    /// <param name="request">The job.</param>
    /// <param name="release">Lets go of whatever the run may be made to wait for, at the test's end.</param>
    /// <param name="settings">How the run is watched.</param>
    public static ClusterRun Start(TrainingRequest request, Action? release = null, RunSettings? settings = null)
    {
        var cluster = new ClusterRun(request, release, settings);
        cluster._run.Start();
        return cluster;
    }

    /// <summary>A node that joins; it opens the data of the request unless it is given others.</summary>
    public async Task<JoiningNode> Join(DataSet data, int workers = 1, bool serves = false, NodeCertificates? certificates = null)
    {
        var at = await Within(_listening.Task, "the coordinator's port");
        var node = new JoiningNode(at, data, workers, serves, certificates);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Waits for something that the coordinator says, or has said.</summary>
    public async Task<T> Await<T>(string what, Func<T, bool>? holds = null)
        where T : TrainingEvent
    {
        var seen = new TaskCompletionSource<TrainingEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool Holds(TrainingEvent happened) => happened is T event_ && holds?.Invoke(event_) != false;
        lock (_awaited)
        {
            if (_events.FirstOrDefault(Holds) is { } before)
            {
                return (T)before;
            }

            _awaited.Add((Holds, seen));
        }

        return (T)await Within(seen.Task, what);
    }

    /// <summary>Asks the run to finish its step and end.</summary>
    public void Stop() => _run.Stop();

    /// <summary>How the training ends.</summary>
    public Task<TrainingOutcome> Ended() => Within(_run.Outcome, "the training's end");

    /// <summary>Waits, but not for ever, and not for something that can come no more.</summary>
    public async Task<T> Within<T>(Task<T> task, string what)
    {
        var first = await Task.WhenAny(task, _run.Outcome, Task.Delay(Deadline));
        if (first == task || task.IsCompleted)
        {
            return await task;
        }

        if (_run.Outcome.IsFaulted)
        {
            await _run.Outcome;
        }

        var seen = string.Join("; ", _events.Where(happened => happened is not TrainingEvent.Progressed));
        if (first == _run.Outcome)
        {
            // What the nodes have still to do after the training's end is little.
            return await task.WaitAsync(TestRun.Deadline);
        }

        throw new TimeoutException($"{what} did not come within {Deadline.TotalSeconds:F0} s. The coordinator said: {seen}. {string.Join(' ', _nodes)}");
    }

    public async ValueTask DisposeAsync()
    {
        _release?.Invoke();
        _run.Stop();
        foreach (var node in _nodes)
        {
            node.Stop();
        }

        foreach (var task in _nodes.Select(node => (Task)node.Ended).Append(_run.Outcome))
        {
            // How it ended the test has seen; that it does end is what counts here.
            await Task.WhenAny(task, Task.Delay(Deadline));
            Assert.True(task.IsCompleted, $"a node goes on after {Deadline.TotalSeconds:F0} s");
        }

        _nodes.ForEach(node => node.Dispose());
        _run.Dispose();
    }

    private void Note(TrainingEvent happened)
    {
        if (happened is TrainingEvent.Listening { At: var at })
        {
            _listening.SetResult(HostPort.Parse(at, "the event"));
        }

        lock (_awaited)
        {
            _events.Enqueue(happened);
            foreach (var (holds, seen) in _awaited)
            {
                if (holds(happened))
                {
                    seen.TrySetResult(happened);
                }
            }
        }
    }
}

/// <summary>A node that has joined, or tries to.</summary>
internal sealed class JoiningNode : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<NodeEvent> _events = new();
    private readonly TaskCompletionSource<string> _name = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<string> _warning = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public JoiningNode(HostPort at, DataSet data, int workers, bool serves, NodeCertificates? certificates)
    {
        var options = new NodeOptions { Listen = new HostPort("127.0.0.1", 0), Join = [at], Workers = workers, Serves = serves, Certificates = certificates };
        Ended = Task.Run(async () =>
        {
            await ClusterNode.RunAsync(options, _ => data, exitWhenDone: true, Note, _stop.Token);
            return true;
        });
    }

    /// <summary>Its name, once it listens.</summary>
    public Task<string> Name => _name.Task;

    /// <summary>The first warning that it gives.</summary>
    public Task<string> Warning => _warning.Task;

    /// <summary>How it ends.</summary>
    public Task<bool> Ended { get; }

    /// <summary>What it said, in order.</summary>
    public IReadOnlyCollection<NodeEvent> Events => _events;

    /// <summary>Asks it to hand over what it has and to leave.</summary>
    public void Stop() => _stop.Cancel();

    public void Dispose() => _stop.Dispose();

    public override string ToString() => $"A node said: {string.Join("; ", _events)}.";

    private void Note(NodeEvent happened)
    {
        _events.Enqueue(happened);
        if (happened is NodeEvent.Waiting waiting)
        {
            _name.TrySetResult(waiting.Node);
        }
        else if (happened is NodeEvent.Warned warned)
        {
            _warning.TrySetResult(warned.Message);
        }
    }
}
