using ActorNet.Cli.Monitor;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class MonitorControllerTests
{
    private readonly MonitorModel _model = RunStates.Model();
    private readonly List<RunCommand> _sent = [];
    private readonly MonitorController _controller;
    private string? _refusal;

    public MonitorControllerTests() => _controller = new MonitorController(_model) { By = "me@here", Refusal = () => _refusal, Send = _sent.Add };

    [Theory]
    [InlineData("p y", typeof(RunCommand.Pause))]
    [InlineData("c y", typeof(RunCommand.Checkpoint))]
    [InlineData("Down Down d y", typeof(RunCommand.Drain))]
    [InlineData("s e", typeof(RunCommand.Stop))]
    [InlineData("l 0 . 5 Enter", typeof(RunCommand.SetLearningRate))]
    [InlineData("p n", null)]
    [InlineData("p Esc", null)]
    [InlineData("p Enter", null)]
    [InlineData("s y", null)]
    [InlineData("d", null)]
    [InlineData("l x Enter", null)]
    [InlineData("l - 1 Enter", null)]
    [InlineData("l 5 Esc", null)]
    public void A_command_is_sent_when_it_is_confirmed(string keys, Type? sent)
    {
        Press(keys);

        Assert.Equal(sent, _sent.SingleOrDefault()?.GetType());
        Assert.All(_sent, command => Assert.Equal("me@here", command.By));
    }

    [Fact]
    public void A_command_carries_what_was_chosen()
    {
        Press("s n");
        Press("l 2 5 Backspace Enter");
        Press("Down Down d y");

        Assert.Equal(StopTime.Now, Assert.IsType<RunCommand.Stop>(_sent[0]).When);
        Assert.Equal(2, Assert.IsType<RunCommand.SetLearningRate>(_sent[1]).Rate);
        Assert.Equal("worker-1", Assert.IsType<RunCommand.Drain>(_sent[2]).Node);
    }

    [Fact]
    public void The_pause_key_resumes_a_paused_run()
    {
        _model.Take(RunStates.Training with { Phase = RunPhase.Paused });
        Press("p y");

        Assert.IsType<RunCommand.Resume>(Assert.Single(_sent));
    }

    [Theory]
    [InlineData("p")]
    [InlineData("s")]
    [InlineData("c")]
    [InlineData("d")]
    [InlineData("l")]
    public void A_command_that_may_not_be_given_is_refused_with_the_reason(string key)
    {
        _refusal = "read-only";
        Press($"{key} y");

        Assert.Equal("read-only", _controller.Notice);
        Assert.Null(_controller.Prompt);
        Assert.Empty(_sent);
    }

    [Fact]
    public void A_run_that_is_over_takes_no_commands()
    {
        _model.Take(RunStates.Training with { Phase = RunPhase.Done });
        Press("p y");

        Assert.Contains("over", _controller.Notice, StringComparison.Ordinal);
        Assert.Empty(_sent);
    }

    [Fact]
    public void Keys_of_commands_are_letters_in_a_filter()
    {
        Press("/ s p Enter");
        Assert.Equal("sp", _controller.Table.Filter);
        Assert.Null(_controller.Prompt);

        Press("Esc");
        Assert.Equal("", _controller.Table.Filter);
    }

    [Fact]
    public void Leaving_a_filter_by_Esc_takes_it_away()
    {
        Press("/ s p Esc");
        Assert.Equal("", _controller.Table.Filter);
    }

    [Fact]
    public void Enter_shows_the_selected_node_and_back()
    {
        Press("Down Down Enter");
        Assert.Equal(("worker-1", true), (_controller.Selected, _controller.ShowsDetails));
        Press("Esc");
        Assert.False(_controller.ShowsDetails);
    }

    [Fact]
    public void Views_curves_and_order_follow_their_keys()
    {
        Press("3 z z Z x m > r");

        Assert.Equal(MonitorTab.Curves, _controller.Tab);
        Assert.Equal((2, true, 0.6), (_controller.Curves.Zoom, _controller.Curves.IsLogarithmic, _controller.Curves.Smoothing));
        Assert.Equal((0, true), (_controller.Table.SortColumn, _controller.Table.IsReversed));
        Press("q");
        Assert.True(_controller.IsLeaving);
    }

    private void Press(string keys)
    {
        foreach (var key in keys.Split(' '))
        {
            _controller.Press(key);
        }
    }
}
