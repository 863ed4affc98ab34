using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cluster.Hosting;

/// <summary>A job to train, and how: nothing but the job itself can change a bit of the result.</summary>
public sealed record TrainingRequest
{
    /// <summary>The job, its data hash filled in.</summary>
    public required JobSpec Job { get; init; }

    /// <summary>The training set without the held-out part.</summary>
    public required DataSet Training { get; init; }

    /// <summary>The test set, judged after each epoch; null for none.</summary>
    public DataSet? Test { get; init; }

    /// <summary>The held-out part, judged after each epoch; null for none.</summary>
    public DataSet? Validation { get; init; }

    /// <summary>Worker actors of this node, one thread each; 1 or more.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Parameter servers, one for each partition; 1 or more. Fewer are started when the network is too small for as many. Null for as many as its size is worth where
    /// other nodes can join, one for each 256 KiB of parameters up to 8, and for one elsewhere and in the modes <c>ssp:τ</c> and <c>async</c>.
    /// </summary>
    public int? Servers { get; init; }

    /// <summary>
    /// Standbys of each partition: 0, or 1 to have another node that takes partitions make every version too, so that it can take over at once where a server node is
    /// lost. It doubles the gradients on the network. Where there is no other such node a partition has none until one joins.
    /// </summary>
    public int Replicas { get; init; }

    /// <summary>How other nodes reach this one and join; null to train in this process alone. Its workers are those of the request.</summary>
    public NodeOptions? Node { get; init; }

    /// <summary>Worker actors, of all nodes, that must be there before training begins; 1 or more.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>Nodes that take partitions that must be there before training begins; 1 or more.</summary>
    public int MinServers { get; init; } = 1;

    /// <summary>
    /// Whether nodes that have no slices, because there are more workers than slices, compute the slices of the slowest nodes too: whichever part comes first
    /// counts, and both have the same bits.
    /// </summary>
    public bool Speculate { get; init; }

    /// <summary>Where Akka.NET logs; null for nowhere. Its filters decide from which level on.</summary>
    public ILoggerFactory? Loggers { get; init; }

    /// <summary>Watches and steers the run; null for nobody.</summary>
    public RunControl? Control { get; init; }

    /// <summary>Where checkpoints go; null for none.</summary>
    public string? CheckpointFolder { get; init; }

    /// <summary>Steps from one checkpoint to the next, beside the one after each epoch; 0 for none.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>How many of the last checkpoints are kept, beside the best.</summary>
    public int KeepCheckpoints { get; init; } = 3;

    /// <summary>The checkpoint of this job to go on from; null to start it.</summary>
    public Checkpoint? Resume { get; init; }

    /// <summary>The parameter vector to start from, in the network's layout; null to draw it from the seed.</summary>
    public ReadOnlyMemory<float>? StartWeights { get; init; }
}
