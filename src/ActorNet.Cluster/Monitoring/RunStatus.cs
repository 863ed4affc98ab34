namespace ActorNet.Cluster.Monitoring;

/// <summary>A run at one moment, as a person who watches it wants to see it. Fields are only ever added.</summary>
public sealed record RunStatus
{
    /// <summary>The version of this form.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>When it was so, by the clock of the coordinator's node, UTC.</summary>
    public DateTime Time { get; init; }

    /// <summary>What the run is doing.</summary>
    public RunPhase Phase { get; init; }

    /// <summary>Why it failed, one line; null when it has not.</summary>
    public string? Error { get; init; }

    /// <summary>The job's hash.</summary>
    public string JobHash { get; init; } = "";

    /// <summary>The network's layers, such as <c>784-30-10</c>.</summary>
    public string Network { get; init; } = "";

    /// <summary>Parameters of the network.</summary>
    public int Parameters { get; init; }

    /// <summary>The training set's name.</summary>
    public string Data { get; init; } = "";

    /// <summary>How updates are made: <c>sync</c>; <c>local:H</c>, where a step is a round of H local steps; <c>ssp:τ</c> or <c>async</c>, where a step is one that all slices have made.</summary>
    public string Mode { get; init; } = "sync";

    /// <summary>The epoch that is running, from 1.</summary>
    public int Epoch { get; init; }

    /// <summary>Epochs of the job.</summary>
    public int Epochs { get; init; }

    /// <summary>Steps made, those before a resume too.</summary>
    public long Step { get; init; }

    /// <summary>Steps of the job.</summary>
    public long TotalSteps { get; init; }

    /// <summary>Steps of an epoch.</summary>
    public int StepsPerEpoch { get; init; }

    /// <summary>Samples of a step: of a minibatch, or of all minibatches of a round.</summary>
    public int BatchSize { get; init; }

    /// <summary>Slices of a minibatch.</summary>
    public int Slices { get; init; }

    /// <summary>Partitions of the parameters.</summary>
    public int Partitions { get; init; }

    /// <summary>The learning rate of the next step.</summary>
    public double LearningRate { get; init; }

    /// <summary>Samples a second of late; null before it is known, and while nothing is trained.</summary>
    public double? SamplesPerSecond { get; init; }

    /// <summary>Mean cost of the running epoch's samples so far; null at an epoch's start.</summary>
    public double? RunningCost { get; init; }

    /// <summary>How stale gradients have been since this reign began, in the modes <c>ssp:τ</c> and <c>async</c>; null in others.</summary>
    public IReadOnlyList<StalenessShare>? Staleness { get; init; }

    /// <summary>Seconds that the rest takes at the present rate; null when that is not known.</summary>
    public double? SecondsLeft { get; init; }

    /// <summary>Seconds since the first step.</summary>
    public double Seconds { get; init; }

    /// <summary>The number of the assignment of slices to nodes.</summary>
    public int Generation { get; init; }

    /// <summary>The number of the coordinator's reign.</summary>
    public long Incarnation { get; init; }

    /// <summary>The coordinator's node.</summary>
    public string Coordinator { get; init; } = "";

    /// <summary>The last checkpoint; null for none.</summary>
    public CheckpointStatus? LastCheckpoint { get; init; }

    /// <summary>The nodes of the run, those that were lost within the last minutes too.</summary>
    public IReadOnlyList<NodeStatus> Nodes { get; init; } = [];

    /// <summary>What is wrong now.</summary>
    public IReadOnlyList<Alert> Alerts { get; init; } = [];
}

/// <summary>A checkpoint that was written.</summary>
/// <param name="Path">Its folder.</param>
/// <param name="Step">Steps made in it.</param>
/// <param name="Time">When, UTC.</param>
public sealed record CheckpointStatus(string Path, long Step, DateTime Time);
