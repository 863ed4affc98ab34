using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>The coordinator's orders to one server, until it has said that it has taken them.</summary>
/// <param name="server">The server.</param>
internal sealed class OrderBook(IActorRef server)
{
    /// <summary>Reports come many times a second: an order that one does not know of after this was lost, or the server's thread is busy and gets it twice.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    private readonly Queue<IOrder> _open = [];
    private int _last;
    private TimeSpan? _waitsSince;

    /// <summary>Gives an order.</summary>
    public void Give(IOrder order)
    {
        order = order.At(++_last);
        _open.Enqueue(order);
        server.Tell(order);
    }

    /// <summary>The server says how many it has taken: the others are given again, if it has had time for them.</summary>
    public void Note(int taken, TimeSpan now)
    {
        while (_open.TryPeek(out var oldest) && oldest.Number <= taken)
        {
            _open.Dequeue();
            _waitsSince = null;
        }

        _waitsSince = _open.Count == 0 ? null : _waitsSince ?? now;
        if (now - _waitsSince < _patience || _open.Count == 0)
        {
            return;
        }

        _waitsSince = now;
        foreach (var order in _open)
        {
            server.Tell(order);
        }
    }
}
