namespace ActorNet.Cluster.Monitoring;

/// <summary>Something that is wrong, from when it was noticed until it is over.</summary>
/// <param name="Kind">One of <see cref="AlertKinds"/>.</param>
/// <param name="Subject">What it is about: a node, or the run.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Message">One line: what, where, what to do.</param>
/// <param name="Since">When it was noticed, UTC.</param>
public sealed record Alert(string Kind, string Subject, Severity Severity, string Message, DateTime Since);

/// <summary>The kinds of <see cref="Alert"/>.</summary>
public static class AlertKinds
{
    /// <summary>A node with workers is lost.</summary>
    public const string WorkerLost = "worker-lost";

    /// <summary>A node is far slower than the others, for long.</summary>
    public const string Straggler = "straggler";

    /// <summary>Leases ran out.</summary>
    public const string LeaseExpired = "lease-expired";

    /// <summary>The cost is not a number.</summary>
    public const string CostNotFinite = "cost-not-finite";

    /// <summary>The cost has not fallen for some epochs.</summary>
    public const string CostNotFalling = "cost-not-falling";

    /// <summary>A checkpoint is overdue.</summary>
    public const string CheckpointLate = "checkpoint-late";

    /// <summary>A checkpoint could not be written.</summary>
    public const string CheckpointFailed = "checkpoint-failed";

    /// <summary>The disk of the checkpoints is nearly full.</summary>
    public const string DiskNearlyFull = "disk-nearly-full";

    /// <summary>The clock of the coordinator's machine has jumped.</summary>
    public const string ClockJump = "clock-jump";
}
