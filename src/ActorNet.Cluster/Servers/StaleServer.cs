using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>
/// Owns a partition where parts are applied as they arrive, in the modes <c>ssp:τ</c> and <c>async</c>. It waits only where all slices meet: at an epoch's end, where a
/// snapshot is due, and where it is told to hold.
/// </summary>
internal sealed class StaleServer : ReceiveActor
{
    private readonly IActorRef _coordinator;
    private readonly TakenOrders _orders = new();

    public StaleServer(IActorRef coordinator, LocalNode node, ServePartition partition)
    {
        _coordinator = coordinator;
        var served = new StalePartition(partition, node.Id, Self, coordinator);
        Receive<GradientReady>(served.Add);
        Receive<PartArrived>(arrived => served.Add(arrived.Part));
        Receive<SendWeightsTo>(to => node.Forget(served.SetReaders(node.StaleReadersOf(to, partition.Runtime))));
        Receive<SendVersion>(served.Send);
        Receive<TakeSnapshot>(served.Take);
        Receive<SendSnapshot>(send => served.Send(send, node.Remote(send.To)));
        Receive<AskProgress>(_ =>
        {
            Sender.Tell(served.Report() with { Orders = _orders.Count });
            served.SayAgain();
        });
        Receive<Hold>(hold => served.Hold(hold.Barrier));
        Receive<ChangeRates>(served.Change);
        Receive<RunTo>(run => served.RunTo(run.Version));
    }

    /// <inheritdoc cref="ParameterServer.Props"/>
    public static Props Props(IActorRef coordinator, LocalNode node, ServePartition partition, int thread) =>
        Akka.Actor.Props.Create(() => new StaleServer(coordinator, node, partition)).WithDispatcher(ComputeDispatchers.Name(thread));

    protected override bool AroundReceive(Receive receive, object message) => !_orders.Takes(message) || base.AroundReceive(receive, message);

    protected override void PreRestart(Exception reason, object message)
    {
        _coordinator.Tell(new JobFailed($"A parameter server failed on {message.GetType().Name}: {reason.Message}"));
        base.PreRestart(reason, message);
    }
}
