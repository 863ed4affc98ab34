using System.Diagnostics.Metrics;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// What <see cref="RunControl"/> or <see cref="NodeMonitor"/> say, as instruments of the meter <see cref="MeterName"/>: any OpenTelemetry that listens to it
/// exports them. Every one is observed when it is asked for, so that nobody who asks costs nothing; what is not known is left out. Names and units follow
/// OpenTelemetry's conventions; Prometheus's names are made from both, <c>actornet_node_step_time_seconds</c> from <c>actornet.node.step_time</c> in <c>s</c>.
/// </summary>
public sealed class RunMetrics : IDisposable
{
    /// <summary>The name of the meter.</summary>
    public const string MeterName = "ActorNet";

    private static readonly string[] _alertKinds =
    [
        AlertKinds.WorkerLost, AlertKinds.Straggler, AlertKinds.LeaseExpired, AlertKinds.CostNotFinite, AlertKinds.CostNotFalling, AlertKinds.CheckpointLate,
        AlertKinds.CheckpointFailed, AlertKinds.DiskNearlyFull, AlertKinds.ClockJump,
    ];

    private readonly Func<IReadOnlyList<NodeStatus>> _nodes;
    private readonly Func<RunStatus> _run;

    /// <summary>The metrics of a run and of all of its nodes, for the coordinator's process.</summary>
    /// <param name="control">The run's.</param>
    public RunMetrics(RunControl control)
        : this((control ?? throw new ArgumentNullException(nameof(control))).Node, () => control.Status.Nodes, () => control.Status)
    {
        AddRun();
        AddNodes();
        AddWhatTheCoordinatorKnows();
    }

    /// <summary>The metrics of one node, as it sees itself.</summary>
    /// <param name="node">The node's.</param>
    public RunMetrics(NodeMonitor node)
        : this(node ?? throw new ArgumentNullException(nameof(node)), () => node.Status is { Node.Length: > 0 } status ? [status] : [], () => new RunStatus()) =>
        AddNodes();

    private RunMetrics(NodeMonitor node, Func<IReadOnlyList<NodeStatus>> nodes, Func<RunStatus> run)
    {
        (_nodes, _run) = (nodes, run);
        Meter.CreateObservableGauge("actornet.ready", () => node.WaitsFor is null ? 1 : 0, null, "1 when this process takes part in a run, or is ready to.");
    }

    /// <summary>The meter that has the instruments.</summary>
    internal Meter Meter { get; } = new(MeterName);

    /// <summary>Ends the instruments.</summary>
    public void Dispose() => Meter.Dispose();

    private void AddRun()
    {
        Run("run.info", null, "1; its labels say what is trained.", run =>
            [new(1, Label("job", run.JobHash), Label("network", run.Network), Label("data", run.Data), Label("mode", run.Mode))]);
        Run("run.phase", null, "1 for the phase that the run is in, 0 for the others.", run =>
            Enum.GetValues<RunPhase>().Select(phase => new Measurement<double>(run.Phase == phase ? 1 : 0, Label("phase", Name(phase)))));
        Run("run.epoch", null, "The epoch that is running, from 1.", run => run.Epoch);
        Run("run.epochs", null, "Epochs of the job.", run => run.Epochs);
        Run("run.step", null, "Steps made; lower again after the run went back to a checkpoint.", run => run.Step);
        Run("run.steps", null, "Steps of the job.", run => run.TotalSteps);
        Run("run.samples", "{sample}/s", "Samples whose gradients are computed, of late.", run => run.SamplesPerSecond);
        Run("run.cost", null, "Mean cost of the running epoch's samples so far.", run => run.RunningCost);
        Run("run.learning_rate", null, "The learning rate of the next step.", run => run.LearningRate);
        Run("run.elapsed", "s", "Time since the first step.", run => run.Seconds);
        Run("run.left", "s", "Time that the rest takes at the present rate.", run => run.SecondsLeft);
        Run("run.generation", null, "The number of the assignment of slices to nodes: it rises at each join, leave and suspicion.", run => run.Generation);
        Run("run.incarnation", null, "The number of the coordinator's reign.", run => run.Incarnation);
        Run("run.checkpoint.step", null, "Steps made in the last checkpoint.", run => run.LastCheckpoint?.Step);
        Run("run.checkpoint.timestamp", "s", "When the last checkpoint was written, in Unix time.", run => Unix(run.LastCheckpoint?.Time));
        Run("run.alerts", null, "What is wrong now, by kind.", run =>
            _alertKinds.Select(kind => new Measurement<double>(run.Alerts.Count(alert => alert.Kind == kind), Label("kind", kind))));
    }

    private void AddNodes()
    {
        Node("node.up", null, "1 when the node takes part, 0 when it is suspected, leaving or gone.", node => node.Phase is NodePhase.Active or NodePhase.Spare ? 1 : 0);
        Node("node.workers", null, "Worker actors.", node => node.Workers);
        Node("node.partitions", null, "Partitions of the parameters that it serves.", node => node.Partitions.Count);
        Node("node.samples", "{sample}/s", "Samples whose gradients it computed.", node => node.SamplesPerSecond);
        Nodes("node.time", "1", "Share of its workers' time, by what they did.", node =>
        [
            new(node.Computing, Of(node), Label("activity", "computing")),
            new(node.Sending, Of(node), Label("activity", "sending")),
            new(node.Waiting, Of(node), Label("activity", "waiting")),
        ]);
        Nodes("node.step_time", "s", "Time to compute its part of a step, the slowest of its workers.", node =>
        [
            .. node.StepMedian is { } median ? [new Measurement<double>(median / 1000, Of(node), Label("quantile", "0.5"))] : Array.Empty<Measurement<double>>(),
            .. node.StepP95 is { } late ? [new Measurement<double>(late / 1000, Of(node), Label("quantile", "0.95"))] : Array.Empty<Measurement<double>>(),
        ]);
        Node("node.cpu_cores", null, "Processor time of its process, in cores.", node => node.Cpu);
        Node("node.memory", "By", "Memory of its process.", node => node.MemoryBytes);
        Node("node.sent", "By/s", "What its tensor link sends.", node => node.BytesPerSecond);
    }

    private void AddWhatTheCoordinatorKnows()
    {
        Node("node.leases", null, "Slices leased to it.", node => node.Slices.Count);
        Node("node.lag_steps", null, "Steps that the run is ahead of the newest weights it has computed with.", node => node.Lag);
        Node("node.slow_factor", null, "Its time a slice against the median of all nodes.", node => node.SlowFactor);
        Node("node.last_seen.timestamp", "s", "When the coordinator last heard of it, in Unix time.", node => Unix(node.LastSeen));
    }

    private void Run(string name, string? unit, string description, Func<RunStatus, double?> value) =>
        Run(name, unit, description, run => value(run) is { } known ? [new(known)] : []);

    /// <summary>An instrument of the run, without a value until the run has said what it is.</summary>
    private void Run(string name, string? unit, string description, Func<RunStatus, IEnumerable<Measurement<double>>> values) =>
        Meter.CreateObservableGauge($"actornet.{name}", () => _run() is { JobHash.Length: > 0 } run ? values(run) : [], unit, description);

    private void Node(string name, string? unit, string description, Func<NodeStatus, double?> value) =>
        Nodes(name, unit, description, node => value(node) is { } known ? [new(known, Of(node))] : []);

    private void Nodes(string name, string? unit, string description, Func<NodeStatus, IEnumerable<Measurement<double>>> values) =>
        Meter.CreateObservableGauge($"actornet.{name}", () => _nodes().SelectMany(values), unit, description);

    private static KeyValuePair<string, object?> Of(NodeStatus node) => Label("node", node.Node);

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);

    private static string Name(RunPhase phase) => phase.ToString().ToLowerInvariant();

    private static double? Unix(DateTime? time) => time is { Ticks: > 0 } known ? (known - DateTime.UnixEpoch).TotalSeconds : null;
}
