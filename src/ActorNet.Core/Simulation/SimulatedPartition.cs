using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A partition of the parameters: decides as a real one does, and takes the time that its work takes.</summary>
internal abstract class SimulatedPartition
{
    private readonly EventQueue _queue;
    private readonly SimulatedNode _server;
    private double _slowest;

    /// <summary>A partition at version 0.</summary>
    /// <param name="queue">The events.</param>
    /// <param name="server">Who serves it.</param>
    /// <param name="range">Its parameters.</param>
    protected SimulatedPartition(EventQueue queue, SimulatedNode server, PartitionRange range) => (_queue, _server, Range) = (queue, server, range);

    /// <summary>Its parameters.</summary>
    public PartitionRange Range { get; }

    /// <summary>Steps applied whole.</summary>
    public abstract long Version { get; }

    /// <summary>The server's link.</summary>
    public Link Link => _server.Link;

    /// <summary>Bytes of its weights, and of a part.</summary>
    public double Bytes => sizeof(float) * (double)Range.Length;

    /// <summary>The slices that it waits for.</summary>
    protected abstract int[] Missing { get; }

    /// <summary>When the running step began.</summary>
    protected double Began { get; private set; }

    /// <summary>These have the partition's weights from now on; who is new is sent them at once.</summary>
    public abstract void SetAudience(IReadOnlyList<SimulatedWorker> workers);

    /// <summary>A worker asks for weights that it lacks.</summary>
    /// <param name="version">The version, where parts are summed.</param>
    /// <param name="worker">The worker.</param>
    public abstract void SendVersion(long version, SimulatedWorker worker);

    /// <summary>A part has arrived.</summary>
    public abstract void Add(SimulatedPart part);

    /// <summary>How far it is, as a real one reports it.</summary>
    /// <returns>The missing slices, how long the step has waited, and the slowest step since the last report.</returns>
    public (int[] Missing, TimeSpan Waited, TimeSpan Slowest) Report()
    {
        var (missing, slowest) = (Missing, TimeSpan.FromSeconds(_slowest));
        _slowest = 0;
        return (missing, missing.Length == 0 ? default : TimeSpan.FromSeconds(_queue.Now - Began), slowest);
    }

    /// <summary>The server's thread does something.</summary>
    protected void Work(double seconds, Action done) => _server.Processor.Work(seconds, done);

    /// <summary>Sends weights to a worker.</summary>
    /// <param name="worker">The worker.</param>
    /// <param name="version">Their version.</param>
    /// <param name="news">What goes with them where parts are applied as they arrive.</param>
    protected void SendWeights(SimulatedWorker worker, long version, StaleNews? news = null)
    {
        if (worker.IsAlive)
        {
            Link.Send(worker.Link, Bytes, () => worker.NoteWeights(Range.Index, version, news));
        }
    }

    /// <summary>Another step is whole.</summary>
    protected void NoteStep()
    {
        _slowest = Math.Max(_slowest, _queue.Now - Began);
        Began = _queue.Now;
    }
}

/// <summary>A part on its way to a partition.</summary>
/// <param name="Part">Its slices and step.</param>
/// <param name="From">Who computed it.</param>
/// <param name="Updates">Updates in the weights that it was computed from, where parts are applied as they arrive.</param>
internal sealed record SimulatedPart(GradientPart Part, SimulatedWorker From, long Updates);
