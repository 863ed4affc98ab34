using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Monitor;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Monitor;

/// <summary>States of a made-up run, for tests of what is shown of it.</summary>
internal static class RunStates
{
    public const string Hash = "f21cd6cf00000000000000000000000000000000000000000000000000000000";

    public static readonly DateTime Start = new(2026, 11, 25, 20, 0, 0, DateTimeKind.Utc);

    /// <summary>The time of the status.</summary>
    public static readonly DateTime Now = Start.AddSeconds(200);

    /// <summary>A coordinator, two workers, one that is slow and one that is suspected.</summary>
    public static RunStatus Training => new()
    {
        Time = Now,
        Phase = RunPhase.Training,
        JobHash = Hash,
        Network = "784-30-10",
        Parameters = 23_860,
        Data = "digits/training",
        Epoch = 13,
        Epochs = 30,
        Step = 72_400,
        TotalSteps = 180_000,
        StepsPerEpoch = 6000,
        BatchSize = 10,
        Slices = 8,
        Partitions = 1,
        LearningRate = 3,
        SamplesPerSecond = 312_204,
        RunningCost = 0.02345,
        SecondsLeft = 42,
        Seconds = 200,
        Generation = 4,
        Incarnation = 1,
        Coordinator = "main",
        LastCheckpoint = new CheckpointStatus("runs/x/checkpoints/step-0000072000", 72_000, Now.AddSeconds(-12)),
        Nodes = [Node(0), Node(1), Node(2), Node(3)],
        Alerts = [new Alert(AlertKinds.Straggler, "worker-2", Severity.Warning, "worker-2 is 2.4 times as slow as the others: look at its CPU", Now.AddSeconds(-40))],
    };

    public static RunHistory History => new(
        [.. Enumerable.Range(1, 12).Select(Epoch)],
        [.. Enumerable.Range(0, 180).Select(i => new MetricPoint(Start.AddSeconds(i), i * 400, (i * 400 / 6000) + 1, 300_000 + (1000 * (i % 7)), 0.08 / (1 + (i / 20.0)), 3))],
        []);

    public static IReadOnlyList<ClusterMember> Members =>
    [
        new("10.0.0.1:4053", ["coordinator", "server"], "up", IsReachable: true, IsSelf: true),
        new("10.0.0.2:4053", ["worker"], "up", IsReachable: true, IsSelf: false),
        new("10.0.0.4:4053", ["worker"], "up", IsReachable: false, IsSelf: false),
    ];

    /// <summary>A model that has heard all of it.</summary>
    public static MonitorModel Model(RunStatus? status = null)
    {
        var model = new MonitorModel { Now = Now, Members = Members, Link = new Link(LinkState.Live, "http://10.0.0.1:4080", Now) };
        model.Take(status ?? Training);
        model.Take(History);
        model.Take(Line("node-joined", -60, new { node = "worker-3", workers = 2, generation = 3, severity = "info", message = "worker-3 joined with 2 workers" }));
        model.Take(Line("node-suspected", -7, new { node = "worker-3", reason = "no answer", generation = 4, severity = "warning", message = "worker-3 is suspected: no answer" }));
        return model;
    }

    public static NodeStatus Node(int number) => new()
    {
        Node = number == 0 ? "main" : $"worker-{number}",
        Phase = number % 4 == 3 ? NodePhase.Suspected : NodePhase.Active,
        Reason = number % 4 == 3 ? "no answer for 1.2 s" : null,
        IsCoordinator = number == 0,
        Address = $"10.0.0.{number + 1}:4053",
        Workers = number == 0 ? 0 : 2,
        Slices = number is 0 or 3 ? [] : [4 * (number - 1), (4 * (number - 1)) + 1, (4 * (number - 1)) + 2, (4 * (number - 1)) + 3],
        Partitions = number == 0 ? [0] : [],
        Lag = number == 3 ? 240 : 0,
        StepMedian = number == 0 ? null : 1.25 * number,
        StepP95 = number == 0 ? null : 2.5 * number,
        SlowFactor = number == 0 ? null : 1.2 * number,
        SamplesPerSecond = number == 0 ? 0 : 150_000 / number,
        Computing = 0.72,
        Sending = 0.11,
        Waiting = 0.17,
        Cpu = 1.4,
        MemoryBytes = 182_000_000,
        BytesPerSecond = 32_000_000,
        Version = "0.1.0",
        LastSeen = Now.AddSeconds(number == 3 ? -7 : -1),
        Joined = Start,
    };

    public static EpochSummary Epoch(int number) => new(number, 0.09 / number, 0.9 + (0.005 * number), 0.92 + (0.003 * number), 0.05, null, 0.4);

    /// <summary>A line of a record.</summary>
    /// <param name="name">The event.</param>
    /// <param name="seconds">When, counted from <see cref="Now"/>.</param>
    /// <param name="details">What belongs to it.</param>
    public static JsonObject Line(string name, double seconds, object details)
    {
        var line = RunEventJson.Of(name, details);
        line["time"] = JsonSerializer.SerializeToNode(Now.AddSeconds(seconds), RunJson.Line);
        return line;
    }
}
