using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Coordinator;

/// <summary>A complete snapshot on its way through evaluation and the disk.</summary>
internal sealed class SnapshotWork(PendingSnapshot pending, long takenAt)
{
    private long? _testTicket;
    private long? _validationTicket;

    public PendingSnapshot Pending { get; } = pending;

    /// <summary>When its last partition was copied, as a timestamp.</summary>
    public long TakenAt { get; } = takenAt;

    public Score? Test { get; private set; }

    public Score? Validation { get; private set; }

    /// <summary>Why the run ends with it; null when it goes on.</summary>
    public EndReason? End { get; set; }

    public TrainingProgress? Progress { get; set; }

    /// <summary>The checkpoint that it is in; null where it is in none.</summary>
    public string? Path { get; set; }

    public bool IsJudged => (_testTicket is null || Test is not null) && (_validationTicket is null || Validation is not null);

    /// <summary>What is not there yet, for people.</summary>
    public string WaitsFor => IsJudged
        ? $"the checkpoint of step {Pending.Version} is not written"
        : $"the evaluation after step {Pending.Version} is not done";

    public void Ask(long? testTicket, long? validationTicket)
    {
        _testTicket = testTicket;
        _validationTicket = validationTicket;
    }

    public void Answer(SetJudged judged)
    {
        if (judged.Ticket == _testTicket)
        {
            Test = judged.Score;
        }
        else if (judged.Ticket == _validationTicket)
        {
            Validation = judged.Score;
        }
    }
}
