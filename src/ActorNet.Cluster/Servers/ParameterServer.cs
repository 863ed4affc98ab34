using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using Akka.Actor;
using Akka.Event;

namespace ActorNet.Cluster.Servers;

/// <summary>
/// Owns a partition: collects the parts of each step's gradient, and when all are there makes the next version and tells the nodes. It waits
/// only for parts, and for room when a snapshot of its version is due.
/// </summary>
internal sealed class ParameterServer : ReceiveActor, IWithTimers
{
    private static readonly TimeSpan _registerInterval = TimeSpan.FromMilliseconds(100);

    private readonly IActorRef _coordinator;
    private readonly ILoggingAdapter _log = Context.GetLogger();
    private ServedPartition? _served;

    public ParameterServer(IActorRef coordinator)
    {
        _coordinator = coordinator;
        Receive<RegisterTick>(_ => _coordinator.Tell(new RegisterServer(Self)));
        Receive<Registered>(_ => Timers.Cancel(RegisterTick.Instance));
        Receive<ServePartition>(Serve);
        Receive<GradientReady>(ready => Served.Add(ready));
        Receive<TakeSnapshot>(take => Served.Take(take));
        Receive<AskProgress>(_ => Sender.Tell(Served.Report()));
        Receive<Hold>(_ => Sender.Tell(Served.Hold()));
        Receive<RunTo>(run => Served.RunTo(run.Version));
    }

    public ITimerScheduler Timers { get; set; } = null!;

    private ServedPartition Served => _served ?? throw new InvalidOperationException("This server has no partition yet.");

    /// <summary>A server shares the thread of the worker of its number, so that partitions are updated in parallel and no thread is added.</summary>
    public static Props Props(IActorRef coordinator, int thread) =>
        Akka.Actor.Props.Create(() => new ParameterServer(coordinator)).WithDispatcher(ComputeDispatchers.Name(thread));

    protected override void PreStart() =>
        Timers.StartPeriodicTimer(RegisterTick.Instance, RegisterTick.Instance, TimeSpan.Zero, _registerInterval);

    protected override void PreRestart(Exception reason, object message)
    {
        _coordinator.Tell(new JobFailed($"A parameter server failed on {message.GetType().Name}: {reason.Message}"));
        base.PreRestart(reason, message);
    }

    private void Serve(ServePartition message)
    {
        Timers.Cancel(RegisterTick.Instance);
        _served = new ServedPartition(message, Self, _coordinator);
        _log.Debug("Serving partition {0} of {1} parameters", message.Range.Index, message.Range.Length);
        _served.Publish();
    }

    private sealed record RegisterTick
    {
        public static readonly RegisterTick Instance = new();
    }
}
