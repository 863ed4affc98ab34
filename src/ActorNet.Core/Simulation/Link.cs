namespace ActorNet.Core.Simulation;

/// <summary>A node's connection to the network. Each direction carries one message after the other, at the link's rate, in the order in which they come to it.</summary>
/// <param name="queue">The events.</param>
/// <param name="bytesPerSecond">The rate of each direction.</param>
/// <param name="latency">Seconds to any other node.</param>
/// <param name="processor">The node's thread, which computes later when it has to send and to receive itself.</param>
/// <param name="copyRate">Bytes a second that it does then; infinity where others do it.</param>
internal sealed class Link(EventQueue queue, double bytesPerSecond, double latency, Processor processor, double copyRate)
{
    private double _outFree;
    private double _inFree;

    /// <summary>Bytes sent.</summary>
    public double Sent { get; private set; }

    /// <summary>Bytes received.</summary>
    public double Received { get; private set; }

    /// <summary>Sends a message.</summary>
    /// <param name="to">The receiver's link.</param>
    /// <param name="bytes">Its size.</param>
    /// <param name="arrived">What happens when its last byte is there.</param>
    public void Send(Link to, double bytes, Action arrived)
    {
        if (to == this)
        {
            // Within a process nothing is sent.
            queue.At(queue.Now, arrived);
            return;
        }

        Sent += bytes;
        processor.Interrupt(bytes / copyRate);
        var start = Math.Max(queue.Now, _outFree);
        _outFree = start + (bytes / bytesPerSecond);
        // The receiver takes it in from its first byte on, unless others came before: their order is only known then.
        queue.At(start + latency, () => to.Receive(bytes, arrived));
    }

    private void Receive(double bytes, Action arrived)
    {
        Received += bytes;
        processor.Interrupt(bytes / copyRate);
        _inFree = Math.Max(queue.Now, _inFree) + (bytes / bytesPerSecond);
        queue.At(_inFree, arrived);
    }
}
