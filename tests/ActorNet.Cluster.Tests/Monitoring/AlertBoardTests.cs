using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Tests.Monitoring;

/// <summary>Which alerts begin and end with what.</summary>
public sealed class AlertBoardTests
{
    private static readonly DateTime _start = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);
    private readonly AlertBoard _board = new();

    [Fact]
    public void A_suspected_node_is_an_alert_until_it_is_trusted()
    {
        var raised = Raised(_board.See(new TrainingEvent.NodeSuspected("a", "it owes slices", 2), At(0)));
        Assert.Equal((AlertKinds.LeaseExpired, "a", true), (raised.Alert.Kind, raised.Alert.Subject, raised.IsEcho));
        Assert.Equal(At(0), Assert.Single(_board.Alerts).Since);
        Assert.Empty(_board.See(new TrainingEvent.NodeSuspected("a", "again", 3), At(1)));
        Assert.Equal(At(0), Assert.Single(_board.Alerts).Since);
        Assert.IsType<TrainingEvent.AlertCleared>(Assert.Single(_board.See(new TrainingEvent.NodeTrusted("a", 4), At(2))));
        Assert.Empty(_board.Alerts);
    }

    [Fact]
    public void A_lost_node_is_an_alert_until_another_comes_and_one_that_was_asked_to_leave_is_none()
    {
        Assert.Empty(_board.See(new TrainingEvent.NodeLeft("asked", "it ended", 2, IsAsked: true), At(0)));
        Assert.Equal(AlertKinds.WorkerLost, Raised(_board.See(new TrainingEvent.NodeLeft("lost", "it ended", 3, IsAsked: false), At(1))).Alert.Kind);
        Assert.Single(_board.See(new TrainingEvent.NodeJoined("new", 1, 4), At(2)));
        Assert.Empty(_board.Alerts);
    }

    [Fact]
    public void A_lost_node_for_which_no_other_comes_is_forgotten_after_a_while()
    {
        _board.See(new TrainingEvent.NodeLeft("lost", "it ended", 3, IsAsked: false), At(0));
        Assert.Empty(_board.Look(new RunStatus(), At(600), TimeSpan.FromSeconds(600)));
        Assert.Single(_board.Look(new RunStatus(), At(601), TimeSpan.FromSeconds(601)));
    }

    [Fact]
    public void A_node_is_a_straggler_when_it_was_slow_for_long_and_no_more_when_it_is_fast()
    {
        Assert.Empty(Look(0, Node(2.5)));
        Assert.Empty(Look(9, Node(2.5)));
        var raised = Raised(Look(10, Node(2.5)));
        Assert.Equal("a takes 2.5 times as long for a slice as the median of all nodes, for 10 s: look what else runs there, or drain it", raised.Alert.Message);
        Assert.Empty(Look(20, Node(1.8)));
        Assert.Single(_board.Alerts);
        Assert.IsType<TrainingEvent.AlertCleared>(Assert.Single(Look(21, Node(1.4))));
        // It begins anew.
        Assert.Empty(Look(22, Node(2.5)));
        Assert.Empty(Look(31, Node(2.5)));
    }

    [Fact]
    public void A_cost_that_does_not_fall_for_five_epochs_is_an_alert_until_it_falls()
    {
        var epoch = 0;
        IReadOnlyList<TrainingEvent> Epoch(double cost) => _board.See(new TrainingEvent.EpochDone(new EpochResult(++epoch, cost, 0.5, 0.5, cost, null, 1)), At(epoch));
        Assert.Empty(Epoch(1));
        for (var i = 0; i < 4; i++)
        {
            Assert.Empty(Epoch(1));
        }

        Assert.Contains("has not fallen below 1 for 5 epochs, up to epoch 6", Raised(Epoch(1.5)).Alert.Message, StringComparison.Ordinal);
        Assert.Empty(Epoch(1.5));
        Assert.Contains("for 6 epochs", Assert.Single(_board.Alerts).Message, StringComparison.Ordinal);
        Assert.Single(Epoch(0.9));
        Assert.Empty(_board.Alerts);
    }

    [Fact]
    public void A_checkpoint_is_late_after_three_times_the_longest_wait_before()
    {
        _board.See(new TrainingEvent.Started(0, 10, 5, 100, 1, 1), At(0));
        _board.See(new TrainingEvent.CheckpointWritten("x", 5), At(100));
        Assert.Empty(Look(400));
        Assert.Equal(AlertKinds.CheckpointLate, Raised(Look(401)).Alert.Kind);
        Assert.Single(_board.See(new TrainingEvent.CheckpointWritten("x", 10), At(402)));
        // Time in which nothing is trained does not count.
        _board.Look(new RunStatus { Phase = RunPhase.Paused }, At(5000), TimeSpan.FromSeconds(5000));
        Assert.Empty(Look(5100));
    }

    [Fact]
    public void A_checkpoint_that_failed_is_an_error_until_one_is_written()
    {
        Assert.Equal(Severity.Error, Raised(_board.See(new TrainingEvent.CheckpointFailed(5, "the disk is full"), At(0))).Alert.Severity);
        Assert.Single(_board.See(new TrainingEvent.CheckpointWritten("x", 10), At(1)));
    }

    [Fact]
    public void A_disk_without_room_for_ten_checkpoints_is_nearly_full()
    {
        Assert.Empty(_board.LookAtDisk(100_000_000, 1_000_000_000, At(0)));
        Assert.Contains("has 999 MB left, a checkpoint takes 100 MB", Raised(_board.LookAtDisk(100_000_000, 999_000_000, At(1))).Alert.Message, StringComparison.Ordinal);
        Assert.Single(_board.LookAtDisk(100_000_000, 2_000_000_000, At(2)));
    }

    [Theory]
    [InlineData(3600, "+3600.0 s")]
    [InlineData(-5, "-5.0 s")]
    public void A_clock_that_jumps_is_an_alert(int seconds, string jump)
    {
        _board.Look(new RunStatus(), At(0), TimeSpan.FromSeconds(100));
        Assert.Empty(_board.Look(new RunStatus(), At(11), TimeSpan.FromSeconds(110)));
        Assert.Contains(jump, Raised(_board.Look(new RunStatus(), At(21 + seconds), TimeSpan.FromSeconds(120))).Alert.Message, StringComparison.Ordinal);
        Assert.Empty(_board.Look(new RunStatus(), At(22 + seconds), TimeSpan.FromSeconds(121)));
    }

    private static DateTime At(double seconds) => _start.AddSeconds(seconds);

    private static NodeStatus Node(double slow) => new() { Node = "a", Phase = NodePhase.Active, SlowFactor = slow };

    private static TrainingEvent.AlertRaised Raised(IReadOnlyList<TrainingEvent> events) => Assert.IsType<TrainingEvent.AlertRaised>(Assert.Single(events));

    private IReadOnlyList<TrainingEvent> Look(double seconds, params NodeStatus[] nodes) =>
        _board.Look(new RunStatus { Phase = RunPhase.Training, Nodes = nodes }, At(seconds), TimeSpan.FromSeconds(seconds));
}
