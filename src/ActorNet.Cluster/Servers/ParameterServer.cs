using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>
/// Owns a partition: collects the parts of each step's gradient, and when all are there makes the next version and tells the nodes. It waits
/// only for parts, and for room when a snapshot of its version is due. A standby does the same on another node: results depend on nothing that differs there.
/// </summary>
internal sealed class ParameterServer : ReceiveActor
{
    private readonly IActorRef _coordinator;
    private readonly ServedPartition _served;
    private readonly TakenOrders _orders = new();

    public ParameterServer(IActorRef coordinator, LocalNode node, ServePartition partition)
    {
        _coordinator = coordinator;
        _served = new ServedPartition(partition, node.Id, Self, coordinator);
        Receive<GradientReady>(_served.Add);
        Receive<PartArrived>(arrived => _served.Add(arrived.Part));
        Receive<SendWeightsTo>(to => node.Forget(_served.SetReaders(node.ReadersOf(to, partition.Runtime), to.Standby)));
        Receive<VersionReached>(_served.Note);
        Receive<SendVersion>(_served.Send);
        Receive<TakeSnapshot>(_served.Take);
        Receive<SnapshotKept>(kept => _served.Pass(kept.Version));
        Receive<TakeOver>(_ => _served.TakeOver());
        Receive<SendSnapshot>(send => _served.Send(send, node.Remote(send.To)));
        Receive<AskProgress>(_ =>
        {
            Sender.Tell(_served.Report() with { Orders = _orders.Count });
            _served.SayAgain();
        });
        Receive<SquaresOfAll>(squares => _served.Clip(squares.Step, squares.Sum));
        Receive<Hold>(hold => _served.Hold(hold.Barrier));
        Receive<ChangeRates>(_served.Change);
        Receive<RunTo>(run => _served.RunTo(run.Version));
    }

    /// <summary>A server shares the thread of a worker, so that partitions are updated in parallel and no thread is added.</summary>
    public static Props Props(IActorRef coordinator, LocalNode node, ServePartition partition, int thread) =>
        Akka.Actor.Props.Create(() => new ParameterServer(coordinator, node, partition)).WithDispatcher(ComputeDispatchers.Name(thread));

    protected override bool AroundReceive(Receive receive, object message) => !_orders.Takes(message) || base.AroundReceive(receive, message);

    protected override void PreRestart(Exception reason, object message)
    {
        _coordinator.Tell(new JobFailed($"A parameter server failed on {message.GetType().Name}: {reason.Message}"));
        base.PreRestart(reason, message);
    }
}
