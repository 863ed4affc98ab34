namespace ActorNet.Cli.Runs;

/// <summary>How a run is trained, beside its job: remembered so that it goes on in the same way, and no part of the result.</summary>
internal sealed record RunSettings
{
    /// <summary>The version of this record's form.</summary>
    public int Schema { get; init; } = 1;

    /// <summary>What to open: the job's data name, or the full path of its folder.</summary>
    public required string Data { get; init; }

    /// <summary>Where it is, as a full path; null for its usual place.</summary>
    public string? DataFolder { get; init; }

    /// <summary>Worker actors.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>Parameter servers; null for as many as the network's size is worth.</summary>
    public int? Servers { get; init; }

    /// <summary>Standbys of each partition, where other nodes can join.</summary>
    public int Replicas { get; init; }

    /// <summary>Steps between checkpoints; 0 for epochs' ends alone.</summary>
    public int CheckpointEvery { get; init; }

    /// <summary>Checkpoints to keep.</summary>
    public int Keep { get; init; } = 3;

    /// <summary>The settings with what a person says anew.</summary>
    public RunSettings With(Settings.TrainOptions options) => this with
    {
        DataFolder = options.DataFolder is { } folder ? Path.GetFullPath(folder.Text) : DataFolder,
        Workers = options.Workers ?? Workers,
        Servers = options.Servers ?? Servers,
        Replicas = options.Replicas ?? Replicas,
        CheckpointEvery = options.CheckpointEvery ?? CheckpointEvery,
        Keep = options.Keep ?? Keep,
    };
}
