using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Tests.Serialization;

/// <summary>One or more of every message that may cross the network: with and without what may be left out.</summary>
internal static class WireExamples
{
    /// <summary>All of them, by manifests in the order of <see cref="Wire.Messages"/>.</summary>
    /// <param name="actor">Takes the place of every actor in them.</param>
    public static IReadOnlyList<IWireMessage> With(IActorRef actor)
    {
        var node = new NodeAddress("host-1-abc", actor, "10.0.0.5", 4054);
        var alone = new NodeAddress("local", actor, "", 0);
        var ledger = new EpochLedger(2, [new LedgerSlice(0, 12, 0xFEDC_BA98_7654_3210), new LedgerSlice(1, 3_000_000_000, 0)]);
        return
        [
            new RegisterNode(1, node, 3, true),
            new RegisterNode(1, alone, 0, false),
            new RegisterNode(1, node, 3, true, new RegistrationProof([1, 2, 3], [4, 255])),
            new RegisterNode(1, node, 3, true, Nonce: [9, 8]),
            new ChallengeNode([1, 2, 3]),
            new NodeRefused("the coordinator speaks version 1 of the protocol"),
            new JobOffer(7, "ab12", "{ \"epochs\": 3 }", 2),
            new JobOffer(7, "ab12", "{}", 1, new ShardSource("cd34", "host-1-abc shards", "10.0.0.5", 4055)),
            new JobOffer(7, "ab12", "{}", 1, Mac: [6, 10]),
            new JobOffer(7, "ab12", "{}", 1, Replicas: 1),
            new NodeReady("host-1-abc", 7),
            new NodeReady("host-1-abc", 7, []),
            new NodeReady("host-1-abc", 7, [1, 2, 300]),
            new NodeUnable("host-1-abc", "it has not the data"),
            new NodeAlive("host-1-abc", 7),
            new NodeAlive("host-1-abc", 7, 300),
            new NodeHeard(7, true),
            new NodeHeard(long.MaxValue, false, 7),
            new DrainNode("host-1-abc"),
            new NodeDrained(),
            new LinkLost("host-1-abc", "reset by peer – ü"),
            new LinkLost("host-1-abc", "connection refused", IsGone: true),
            new JobOver(7, null),
            new JobOver(7, "it failed"),
            new AssignPartition(7, 1, 0, true, null, default, 0),
            new AssignPartition(7, 1, 63, false, ledger, new Score(30, 1.5, 17), 20, [new RateStep(21, 0.5), new RateStep(40, 1e-3)]),
            new AssignPartition(7, 1, 63, false, null, default, 0, null, IsStandby: true, Holds: true, [new Contribution("local", 2, 40)]),
            new SendState(1, node),
            new PartitionServed(7, 1, actor),
            new GrantLease(7, 2, [], []),
            new GrantLease(7, 3, [2, 3, 5], [new PartitionHost(actor, node), new PartitionHost(actor, alone)]),
            new GrantLease(7, 4, [2, 3], [new PartitionHost(actor, node)], Backups: [5, 6]),
            new GrantLease(7, 3, [2], [new PartitionHost(actor, node), new PartitionHost(actor, node)], [null, new PartitionHost(actor, alone)]),
            new SendWeightsTo([]),
            new SendWeightsTo([node], [alone], "local"),
            new SendWeightsTo([node, alone]),
            new SendVersion(62, "host-1-abc"),
            new SnapshotDue(0, 21, new PartitionProgress(new Score(203, 0.25, 200), null, new EpochLedger(2, []), [])),
            new SnapshotDue(
                1,
                21,
                new PartitionProgress(
                    new Score(203, double.NaN, 0),
                    "slice 1: 50 samples were counted",
                    ledger,
                    [new Contribution("host-1-abc", 0, 5_000_000_000), new Contribution("local", 2, 0)],
                    [0, 9])),
            new SendSnapshot(21, node),
            AskProgress.Instance,
            new ProgressReport(1, 20, new Score(190, 1e-300, 1), [], TimeSpan.Zero, TimeSpan.Zero),
            new ProgressReport(1, 20, new Score(190, 2.5, 1), [0, 7], TimeSpan.FromMilliseconds(312.5), TimeSpan.FromTicks(1), [3, 1]),
            new Hold(1),
            new Held(1, 20, 1),
            new RunTo(22),
            new RunTo(22, 5),
            new Hold(3, 300),
            new WorkerReplacement("host-1-abc", 2, 20, "slices 0-3", "injected"),
            new JobFailed("Slice 2 failed 3 times"),
            new FetchSlices(7, [3, 1]),
            new NodeHolds("host-1-abc", 7, [1], null),
            new NodeHolds("host-1-abc", 7, [], "the disk is full"),
            new ChangeRates([]),
            new ChangeRates([new RateStep(21, 0.5), new RateStep(40, 1e-3)]),
            new AskToLeave("ann@host"),
            new SquaresSummed(7, 1, 20, 3, 0x8000000000000000),
            new SquaresOfAll(20, 3, 0x8000000000000000),
            new NodeReport("host-1-abc", 7, new NodeFigures(-1, null, null, 0, 0, 0, 0, 0, 0, "1.0", null), []),
            new NodeReport(
                "host-1-abc",
                7,
                new NodeFigures(62, 1.25, 2.5, 150_000, 0.75, 0.125, 1.5, 150_000_000, 1e6, "1.0+ab12", "http://10.0.0.5:4080", 200_000, 3),
                [new TracedSpan(SpanKind.Compute, 0, 62, 639_000_000_000_000_000, 12_500), new TracedSpan(SpanKind.Apply, 1, 62, 639_000_000_000_012_500, 40)]),
            new TakeOver(),
            new TakeOver(7),
            new SnapshotKept(21),
            new SnapshotKept(21, 4),
            new SendSnapshot(21, node, 2),
            new SendWeightsTo([node], null, null, 1),
            new ChangeRates([new RateStep(21, 0.5)], 6),
            new ProgressReport(1, 20, new Score(190, 2.5, 1), [], TimeSpan.Zero, TimeSpan.Zero, null, 6),
            new NodeHeard(3, true, 3, true),
        ];
    }
}
