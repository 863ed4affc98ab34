namespace ActorNet.Core.Simulation;

/// <summary>A thread that does one thing after the other.</summary>
/// <param name="queue">The events.</param>
internal sealed class Processor(EventQueue queue)
{
    private readonly Queue<(double Seconds, Action Done)> _waiting = [];
    private bool _works;
    private double _interrupted;
    private double _copiesUntil;

    /// <summary>It does something, after all that it was given before.</summary>
    /// <param name="seconds">How long that takes.</param>
    /// <param name="done">What happens then.</param>
    public void Work(double seconds, Action done)
    {
        _waiting.Enqueue((seconds, done));
        if (!_works)
        {
            Begin();
        }
    }

    /// <summary>It does something else first: what it is doing takes so much longer, and what it does next begins so much later.</summary>
    public void Interrupt(double seconds)
    {
        if (_works)
        {
            _interrupted += seconds;
        }
        else
        {
            _copiesUntil = Math.Max(_copiesUntil, queue.Now) + seconds;
        }
    }

    private void Begin()
    {
        _works = _waiting.TryDequeue(out var work);
        if (_works)
        {
            End(work.Seconds + Math.Max(0, _copiesUntil - queue.Now), work.Done);
        }
    }

    private void End(double seconds, Action done) => queue.After(seconds, () =>
    {
        if (_interrupted > 0)
        {
            var late = _interrupted;
            _interrupted = 0;
            End(late, done);
            return;
        }

        Begin();
        done();
    });
}

/// <summary>A node of the network: its link and its thread.</summary>
/// <param name="Link">The link.</param>
/// <param name="Processor">The thread.</param>
/// <param name="Queue">The events.</param>
internal sealed record SimulatedNode(Link Link, Processor Processor, EventQueue Queue)
{
    /// <summary>A node of a cluster.</summary>
    public static SimulatedNode Create(ClusterSpec spec, EventQueue queue)
    {
        var processor = new Processor(queue);
        return new SimulatedNode(new Link(queue, Math.Min(spec.BytesPerSecond, spec.CopyRate), spec.Latency, processor, spec.CopyRate), processor, queue);
    }
}
