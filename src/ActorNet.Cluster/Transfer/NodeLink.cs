using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using Akka.Actor;

namespace ActorNet.Cluster.Transfer;

/// <summary>This node's end of the tensor link: listens, connects, and brings what arrives to where the running job wants it.</summary>
internal sealed class NodeLink : ITensorSink, IDisposable
{
    private readonly TensorListener _listener;

    /// <summary>
    /// Who has given the memory for what a node is sending. A node that begins anew under the same incarnation has other memory: what began to arrive before must not be
    /// taken for something that is in that.
    /// </summary>
    private readonly ConcurrentDictionary<string, NodeInlets> _accepted = new();
    private volatile NodeInlets? _inlets;
    private volatile IActorRef? _agent;

    /// <summary>Listens.</summary>
    /// <param name="self">This node.</param>
    /// <param name="options">Where.</param>
    /// <exception cref="ActorNetException">The port is taken, or the host is not this machine's.</exception>
    public NodeLink(LinkSettings self, NodeOptions options)
    {
        Settings = self;
        Host = options.Advertised;
        try
        {
            _listener = new TensorListener(Settings, new IPEndPoint(ListenCheck.Resolve(options.Listen.Host), options.TensorPort), this, changed: Note);
        }
        catch (SocketException error)
        {
            throw new ActorNetException(
                $"the tensor link cannot listen on {options.Listen with { Port = options.TensorPort }} ({error.Message}): choose another port or address.", error);
        }
    }

    /// <summary>Who this node is on the link.</summary>
    public LinkSettings Settings { get; }

    /// <summary>The name or address by which others reach it.</summary>
    public string Host { get; }

    /// <summary>Its port.</summary>
    public int Port => _listener.EndPoint.Port;

    /// <summary>A channel to another node.</summary>
    public RemoteNode Connect(NodeAddress node) => new(new TensorChannel(Settings, node.Id, node.LinkHost, node.LinkPort, Note));

    /// <summary>Ends the connection that a node has made to this one, and returns when nothing of it is being written anywhere. The node may connect again.</summary>
    public void Drop(string peer) => _listener.DropAndWait(peer);

    /// <summary>What arrives is of this job from now on.</summary>
    /// <param name="inlets">Where it goes; null for nowhere.</param>
    /// <param name="agent">Is told of broken connections.</param>
    public void Open(NodeInlets? inlets, IActorRef agent)
    {
        _inlets = inlets;
        _agent = agent;
    }

    /// <inheritdoc/>
    public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
    {
        body = default;
        if (_inlets is not { } inlets || !inlets.Accept(from, header, out body))
        {
            return false;
        }

        _accepted[from] = inlets;
        return true;
    }

    /// <inheritdoc/>
    public void Arrived(string from, in FrameHeader header, Memory<byte> body) => TakeAccepted(from)?.Arrived(from, header, body);

    /// <inheritdoc/>
    public void Lost(string from, in FrameHeader header, Memory<byte> body) => TakeAccepted(from)?.Lost(from, header, body);

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();

    /// <summary>Who has accepted what a node was sending; null where that is nobody's any more.</summary>
    private NodeInlets? TakeAccepted(string from) => _accepted.TryRemove(from, out var inlets) && inlets == _inlets ? inlets : null;

    private void Note(LinkChange change)
    {
        if (change.Event is LinkEvent.Lost or LinkEvent.Gone)
        {
            _agent?.Tell(new LinkBroken(change.Peer, change.Reason ?? "", change.Event == LinkEvent.Gone, change.IsCorrupt), ActorRefs.NoSender);
        }
    }

    /// <summary>A connection with another node broke.</summary>
    /// <param name="Node">The node.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="IsGone">Whether nobody listens there any more.</param>
    /// <param name="IsCorrupt">Whether it broke for a body that is not what its sender hashed.</param>
    public sealed record LinkBroken(string Node, string Reason, bool IsGone, bool IsCorrupt);
}
