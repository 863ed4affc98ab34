using ActorNet.Core;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>One life of a node in a cluster: from its start to a job's end, the loss of the cluster, or its leaving.</summary>
/// <param name="observer">Sees what happens.</param>
/// <param name="clock">Tells how long nothing was heard.</param>
/// <param name="patience">How long it looks for a coordinator; null for as long as that takes.</param>
internal sealed class NodeSession(Action<NodeEvent>? observer, TimeProvider clock, TimeSpan? patience = null) : INodeObserver
{
    /// <summary>How often it is looked whether the coordinator is still there.</summary>
    public static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    /// <summary>A coordinator that has not answered for so long is gone: it answers several times a second.</summary>
    private static readonly TimeSpan _silence = TimeSpan.FromSeconds(5);

    /// <summary>How often a node that waits says so.</summary>
    private static readonly TimeSpan _reminder = TimeSpan.FromSeconds(30);

    /// <summary>A drain that nobody answers ends after so long.</summary>
    private static readonly TimeSpan _drainDeadline = TimeSpan.FromSeconds(2);

    /// <summary>How often a node that fetches data says how far it is.</summary>
    private static readonly TimeSpan _dataInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<NodeEvent> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private NodeEvent.Waiting? _waiting;
    private long _heard;
    private long _began;
    private long _reminded;
    private int _slicesSaid;
    private long _dataSaid = clock.GetTimestamp();
    private volatile bool _wasHeard;
    private bool _isExpected;

    /// <summary>How this life ended.</summary>
    public Task<NodeEvent> End => _end.Task;

    /// <summary>The node listens.</summary>
    public void Begin(string node, IReadOnlyList<HostPort> coordinators)
    {
        _waiting = new NodeEvent.Waiting(node, coordinators);
        _began = _reminded = clock.GetTimestamp();
        Say(_waiting);
    }

    /// <inheritdoc/>
    public void Heard()
    {
        Volatile.Write(ref _heard, clock.GetTimestamp());
        _wasHeard = true;
    }

    /// <inheritdoc/>
    public void Offered(string jobHash) => Say(new NodeEvent.Joined(jobHash));

    /// <inheritdoc/>
    public void Refused(string reason) => _end.TrySetException(new ActorNetException(reason));

    /// <inheritdoc/>
    public void Fetched(IReadOnlyList<int> slices, int shards, long bytes, string? trouble)
    {
        if (slices.Count != _slicesSaid || clock.GetElapsedTime(_dataSaid) > _dataInterval)
        {
            (_slicesSaid, _dataSaid) = (slices.Count, clock.GetTimestamp());
            Say(new NodeEvent.Fetched(slices, shards, bytes));
        }

        if (trouble is not null)
        {
            Warned($"no more data is fetched, and only slices {string.Join(", ", slices)} are computed: {trouble}");
        }
    }

    /// <inheritdoc/>
    public void Warned(string message) => Say(new NodeEvent.Warned(message));

    /// <summary>Whether a person asked this node to leave: it is not to start anew.</summary>
    public bool IsAskedToLeave { get; private set; }

    /// <inheritdoc/>
    public void AskedToLeave(string by)
    {
        IsAskedToLeave = true;
        Say(new NodeEvent.AskedToLeave(by));
    }

    /// <inheritdoc/>
    public void Drained() => Finish(new NodeEvent.JobEnded(null), say: false);

    /// <inheritdoc/>
    public void Ended(string? error) => Finish(new NodeEvent.JobEnded(error), say: true);

    /// <summary>The cluster is lost.</summary>
    public void Lose(string reason) => Finish(new NodeEvent.Lost(reason), say: true);

    /// <summary>Asks the coordinator to let this node leave; it leaves anyway when no answer comes.</summary>
    public void Drain(IActorRef agent)
    {
        agent.Tell(NodeAgent.DrainRequested.Instance, ActorRefs.NoSender);
        _ = Task.Delay(_wasHeard ? _drainDeadline : TimeSpan.Zero).ContinueWith(_ => Drained(), TaskScheduler.Default);
    }

    /// <summary>Looks whether the coordinator is still there, and reminds people of a long wait.</summary>
    /// <param name="isMember">
    /// Whether the node is in a cluster. A coordinator let it in, so one must answer from then on: who is in the cluster of a coordinator that has died before it
    /// answered would find no other.
    /// </param>
    public void Watch(bool isMember)
    {
        if (isMember && !_isExpected)
        {
            _isExpected = true;
            Interlocked.CompareExchange(ref _heard, clock.GetTimestamp(), 0);
        }

        if (_isExpected && clock.GetElapsedTime(Volatile.Read(ref _heard)) > _silence)
        {
            Lose($"the coordinator has not answered for {_silence.TotalSeconds:0} s");
        }
        else if (!_isExpected && clock.GetElapsedTime(_began) > patience)
        {
            _end.TrySetException(new ActorNetException(
                $"the coordinator that was lost has not come back within {patience.Value.TotalMinutes:0} minutes, and this node was to end with its run. Where the run goes on, start the node again; one that is not to end with it waits for ever."));
        }
        else if (!_isExpected && clock.GetElapsedTime(_reminded) > _reminder)
        {
            _reminded = clock.GetTimestamp();
            Say(_waiting!);
        }
    }

    private void Finish(NodeEvent end, bool say)
    {
        if (_end.TrySetResult(end) && say)
        {
            Say(end);
        }
    }

    private void Say(NodeEvent happened)
    {
        lock (_lock)
        {
            observer?.Invoke(happened);
        }
    }
}
