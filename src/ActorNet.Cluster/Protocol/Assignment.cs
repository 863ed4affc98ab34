using ActorNet.Cluster.Hosting;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator gives a server its partition.</summary>
/// <param name="Runtime">What the process shares of the job.</param>
/// <param name="Range">The partition.</param>
/// <param name="Start">Where to go on from; its weights are in the runtime's buffer of its version already.</param>
/// <param name="SnapshotEvery">Steps between snapshots beside those at epoch ends; 0 for none.</param>
/// <param name="Nodes">The nodes that want every version's weights.</param>
internal sealed record ServePartition(
    JobRuntime Runtime, PartitionRange Range, StartingPoint Start, int SnapshotEvery, IReadOnlyList<IActorRef> Nodes);

/// <summary>Where a run goes on from.</summary>
/// <param name="Version">Updates applied.</param>
/// <param name="Ledger">The running epoch's ledger; null at an epoch's start.</param>
/// <param name="Running">The running epoch's score.</param>
/// <param name="State">The optimizer's state; null for zeros.</param>
internal sealed record StartingPoint(long Version, EpochLedger? Ledger, Score Running, Snapshot? State);

/// <summary>The coordinator leases slices to a node.</summary>
/// <param name="Generation">The number of the assignment; a lower one is ignored.</param>
/// <param name="Runtime">What the process shares of the job.</param>
/// <param name="First">The first slice.</param>
/// <param name="Count">How many slices.</param>
/// <param name="Servers">The server of each partition, in the order of the partitions.</param>
internal sealed record LeaseSlices(int Generation, JobRuntime Runtime, int First, int Count, IReadOnlyList<IActorRef> Servers);
