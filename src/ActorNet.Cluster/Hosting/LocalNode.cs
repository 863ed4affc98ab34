using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Transfer;
using ActorNet.Cluster.Workers;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>What the actors of one node share: its name, what it offers, its ways to other nodes, and the job it works on.</summary>
internal sealed class LocalNode : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, RemoteNode> _remotes = [];
    private readonly NodeLink? _link;
    private volatile JobRuntime? _runtime;
    private volatile IActorRef? _workerNode;
    private volatile NodeInlets? _inlets;

    /// <summary>A node.</summary>
    /// <param name="id">Its name, different for every start.</param>
    /// <param name="workers">Its worker actors; 0 for none.</param>
    /// <param name="serves">Whether it takes partitions.</param>
    /// <param name="prepare">Makes a job ready to be computed: opens its data. Called off the actors' threads.</param>
    /// <param name="link">Its end of the tensor link; null for a node that is alone in its cluster.</param>
    /// <param name="secret">What every node of the cluster must know; null for nothing.</param>
    public LocalNode(
        string id, int workers, bool serves, Func<JobOffer, JobRuntime> prepare, NodeLink? link = null, ReadOnlyMemory<byte>? secret = null)
    {
        Id = id;
        Workers = workers;
        Serves = serves;
        Prepare = prepare;
        _link = link;
        Secret = secret;
    }

    /// <summary>Its name.</summary>
    public string Id { get; }

    /// <summary>Its worker actors.</summary>
    public int Workers { get; }

    /// <summary>Whether it takes partitions.</summary>
    public bool Serves { get; }

    /// <summary>What every node of the cluster must know; null for nothing.</summary>
    public ReadOnlyMemory<byte>? Secret { get; }

    /// <summary>Sees how this node is doing; null for nobody.</summary>
    public NodeMonitor? Monitor { get; init; }

    /// <summary>Makes a job ready.</summary>
    public Func<JobOffer, JobRuntime> Prepare { get; }

    /// <summary>Compute threads: one a worker, and one at least, for servers and evaluation.</summary>
    public int Threads => Math.Max(1, Workers);

    /// <summary>Where snapshots come in, on the coordinator's node.</summary>
    public SnapshotRooms Rooms { get; } = new();

    /// <summary>The job it works on; null for none.</summary>
    public JobRuntime? Runtime => _runtime;

    /// <summary>Where what is sent to this node belongs; null while it works on no job.</summary>
    public NodeInlets? Inlets => _inlets;

    /// <summary>Where this node is found.</summary>
    public NodeAddress Address(IActorRef agent) => new(Id, agent, _link?.Host ?? "", _link?.Port ?? 0);

    /// <summary>The node works on a job from now on.</summary>
    public void Begin(JobRuntime runtime, IActorRef agent, IActorRef workerNode, NodeInlets inlets)
    {
        _runtime = runtime;
        _workerNode = workerNode;
        _inlets = inlets;
        _link?.Open(inlets, agent);
    }

    /// <summary>The node works on no job, and gives up its ways to other nodes.</summary>
    public void End(IActorRef agent)
    {
        _link?.Open(null, agent);
        _runtime = null;
        _workerNode = null;
        _inlets = null;
        Disconnect();
    }

    /// <summary>The way to another node's memory.</summary>
    public RemoteNode Remote(NodeAddress node)
    {
        // One channel for each node: a second one would take the first one's place at the other side, and be ousted by it in turn.
        lock (_lock)
        {
            if (!_remotes.TryGetValue(node.Id, out var remote))
            {
                _remotes[node.Id] = remote = (_link ?? throw new InvalidOperationException($"This node has no link to {node.Id}.")).Connect(node);
            }

            return remote;
        }
    }

    /// <summary>The parts of the steps before one are about to be written over.</summary>
    public void DetachParts(long step)
    {
        lock (_lock)
        {
            foreach (var remote in _remotes.Values)
            {
                remote.DetachParts(step);
            }
        }
    }

    /// <summary>Gives up the ways to nodes that are gone: they would be tried for ever.</summary>
    public void Forget(IReadOnlyList<string> nodes)
    {
        foreach (var node in nodes)
        {
            RemoteNode? gone;
            lock (_lock)
            {
                _remotes.Remove(node, out gone);
            }

            gone?.Dispose();
        }
    }

    /// <summary>Gives up ways that somebody had to nodes that are gone. A node that has come back meanwhile has another.</summary>
    public void Forget(IReadOnlyList<RemoteNode> ways)
    {
        foreach (var way in ways)
        {
            lock (_lock)
            {
                foreach (var (node, _) in _remotes.Where(remote => remote.Value == way).ToList())
                {
                    _remotes.Remove(node);
                }
            }

            way.Dispose();
        }
    }

    /// <summary>Nothing of what a node sends to some partitions, or of them, is taken any more: another node serves them in its place.</summary>
    public void Fence(string node, IReadOnlyList<int> partitions)
    {
        _inlets?.Fence(node, partitions);
        Drop(node);
    }

    /// <summary>Ends the connection that a node has made to this one, and waits for that.</summary>
    public void Drop(string node) => _link?.Drop(node);

    /// <summary>Who reads a partition's weights, or wants to know of them, by the nodes' names.</summary>
    public IReadOnlyDictionary<string, IWeightsReader> ReadersOf(SendWeightsTo to, JobRuntime runtime)
    {
        var readers = to.Nodes.ToDictionary(
            node => node.Id,
            node => node.Id == Id ? (IWeightsReader)new LocalReader(_workerNode!, Id, runtime.HasStandbys) : new RemoteReader(Remote(node), runtime));
        foreach (var node in to.Witnesses ?? [])
        {
            readers[node.Id] = new RemoteWitness(Remote(node), runtime);
        }

        return readers;
    }

    /// <summary>Who is told of a partition's weights where parts are applied as they arrive, by the nodes' names.</summary>
    public IReadOnlyDictionary<string, IStaleReader> StaleReadersOf(SendWeightsTo to, JobRuntime runtime) => to.Nodes.ToDictionary(
        node => node.Id,
        node => node.Id == Id ? (IStaleReader)new LocalStaleReader(_workerNode!) : new RemoteStaleReader(Remote(node), runtime));

    /// <inheritdoc/>
    public void Dispose()
    {
        Disconnect();
        _link?.Dispose();
    }

    private void Disconnect()
    {
        List<RemoteNode> remotes;
        lock (_lock)
        {
            remotes = [.. _remotes.Values];
            _remotes.Clear();
        }

        foreach (var remote in remotes)
        {
            remote.Dispose();
        }
    }
}
