namespace ActorNet.Core.Simulation;

/// <summary>A thread that does one thing after the other.</summary>
/// <param name="queue">The events.</param>
internal sealed class Processor(EventQueue queue)
{
    private double _free;

    /// <summary>It does something, after all that it was given before.</summary>
    /// <param name="seconds">How long that takes.</param>
    /// <param name="done">What happens then.</param>
    public void Work(double seconds, Action done)
    {
        _free = Math.Max(queue.Now, _free) + seconds;
        queue.At(_free, done);
    }
}

/// <summary>A node of the network: its link and its thread.</summary>
/// <param name="Link">The link.</param>
/// <param name="Processor">The thread.</param>
internal sealed record SimulatedNode(Link Link, Processor Processor)
{
    /// <summary>A node of a cluster.</summary>
    public static SimulatedNode Create(ClusterSpec spec, EventQueue queue) => new(new Link(queue, spec.BytesPerSecond, spec.Latency), new Processor(queue));
}
