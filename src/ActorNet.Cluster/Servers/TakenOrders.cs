using ActorNet.Cluster.Protocol;

namespace ActorNet.Cluster.Servers;

/// <summary>Which of the coordinator's orders a server has taken: each once, and none before those that were given before it.</summary>
internal sealed class TakenOrders
{
    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>Whether a message is to be taken: one that is no order, or the next.</summary>
    public bool Takes(object message)
    {
        if (message is not IOrder { Number: > 0 and var number })
        {
            return true;
        }

        if (number != Count + 1)
        {
            return false;
        }

        Count = number;
        return true;
    }
}
