using ActorNet.Fuzzing.Engine;

namespace ActorNet.Fuzzing.Targets;

/// <summary>Every decoder of the product.</summary>
internal static class AllTargets
{
    private static readonly OrderedDictionary<string, Func<string, FuzzTarget>> _targets = new()
    {
        ["wire"] = LinkTargets.Wire,
        ["link-frames"] = LinkTargets.Frames,
        ["link-header"] = LinkTargets.Header,
        ["link-acceptor"] = LinkTargets.Acceptor,
        ["link-sender"] = LinkTargets.Sender,
        ["shard-messages"] = LinkTargets.ShardMessages,
        ["part-note"] = LinkTargets.PartNotes,
        ["stale-note"] = LinkTargets.StaleNotes,
        ["gradient-codes"] = LinkTargets.GradientCodes,
        ["idx"] = DataTargets.Idx,
        ["npy"] = DataTargets.Npy,
        ["npz"] = DataTargets.Npz,
        ["csv"] = DataTargets.Csv,
        ["csv-format"] = DataTargets.CsvFormat,
        ["data-name"] = DataTargets.Name,
        ["shard-manifest"] = DataTargets.ShardManifests,
        ["shard-file"] = DataTargets.ShardFiles,
        ["safetensors"] = CheckpointTargets.Safetensors,
        ["model"] = CheckpointTargets.Models,
        ["checkpoint-manifest"] = CheckpointTargets.Manifest,
        ["checkpoint-progress"] = CheckpointTargets.Progress,
        ["command-log"] = CheckpointTargets.Commands,
        ["job"] = ProgramTargets.Job,
        ["run-settings"] = ProgramTargets.RunSettings,
        ["run-record"] = ProgramTargets.Record,
        ["run-report"] = ProgramTargets.Report,
        ["monitor"] = ProgramTargets.Monitor,
        ["http-serve"] = HttpTargets.Serve,
        ["http-node"] = HttpTargets.Node,
        ["picture"] = ProgramTargets.Picture,
        ["words"] = ProgramTargets.Words,
    };

    /// <summary>Their names.</summary>
    public static IReadOnlyList<string> Names => [.. _targets.Keys];

    /// <summary>Makes one.</summary>
    public static FuzzTarget Make(string name) => _targets[name](name);
}
