using ActorNet.Cluster.Servers;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;
using Akka.Actor;

namespace ActorNet.Cluster.Protocol;

/// <summary>A partition has reached a version: its weights can be read.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
/// <param name="Rate">The learning rate before its schedule, where workers make steps of their own and it was changed; null for the job's.</param>
/// <param name="Host">The node that made them.</param>
/// <param name="Hash">Their hash, <see cref="Transfer.BodyHash"/>; 0 where nobody compares it.</param>
/// <param name="News">What goes with them where parts are applied as they arrive; null in other modes.</param>
internal sealed record WeightsReady(int Partition, long Version, double? Rate = null, string Host = "", ulong Hash = 0, StaleNews? News = null);

/// <summary>A partition's host has reached a version, whose weights this process has from another host, or had already.</summary>
/// <param name="Partition">The partition.</param>
/// <param name="Version">The version.</param>
/// <param name="Host">The node.</param>
/// <param name="Hash">The hash of its weights.</param>
internal sealed record VersionReached(int Partition, long Version, string Host, ulong Hash);

/// <summary>A node has the weights of a step, or the first of them: its worker computes.</summary>
/// <param name="Step">The step: the version of the weights.</param>
/// <param name="Lease">The tree nodes to compute.</param>
/// <param name="Takers">Where the gradients go, by partition.</param>
/// <param name="There">Parameters, from the first on, that are there. What is behind them comes with <see cref="WeightsThere"/>.</param>
/// <param name="Rate">As <see cref="WeightsReady.Rate"/>.</param>
/// <param name="Updates">As <see cref="GradientReady.Updates"/>.</param>
/// <param name="IsBackup">Whether another node owes it: it is computed only where the step still waits a while after the worker is done with its own.</param>
internal sealed record ComputeGradient(
    long Step,
    IReadOnlyList<TreeNode> Lease,
    IReadOnlyList<IActorRef[]> Takers,
    int There,
    double? Rate = null,
    IReadOnlyList<long>? Updates = null,
    bool IsBackup = false);

/// <summary>More of a step's weights have come to the worker's node.</summary>
/// <param name="Step">The step.</param>
/// <param name="There">As <see cref="ComputeGradient.There"/>.</param>
internal sealed record WeightsThere(long Step, int There);

/// <summary>A worker's word to itself, once it has let the others on its thread have their turn.</summary>
internal sealed class GoOn
{
    private GoOn()
    {
    }

    /// <summary>The only one.</summary>
    public static GoOn Now { get; } = new();
}

/// <summary>
/// A worker has computed a part, for the partition that is told: others may hear of it later. Its buffers are the worker's, and stay as they are until every partition has applied
/// the step.
/// </summary>
/// <param name="Worker">The worker's number on its node.</param>
/// <param name="Step">The step it was computed for. A late message's part may be of a later step by now: its buffers have been used again.</param>
/// <param name="Part">The part.</param>
/// <param name="Updates">Where parts are applied as they arrive, the updates in the weights that it was computed from, by partition; else null.</param>
internal sealed record GradientReady(int Worker, long Step, GradientPart Part, IReadOnlyList<long>? Updates = null);

/// <summary>A part has arrived from another node. The server gives its buffer back to the inlet.</summary>
/// <param name="Part">The part, of the server's partition alone.</param>
internal sealed record PartArrived(ArrivedPart Part);

/// <summary>A node's lease, for the stand-in of a remote partition.</summary>
/// <param name="Nodes">The complete sub-trees of the lease.</param>
internal sealed record SumLease(IReadOnlyList<TreeNode> Nodes);
