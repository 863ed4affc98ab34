extern alias TerminalGui;

using ActorNet.Cli.Monitor;
using ActorNet.EndToEnd.Tests.Support;
using TerminalGui::Terminal.Gui.App;
using TerminalGui::Terminal.Gui.Drivers;
using TerminalGui::Terminal.Gui.Input;

namespace ActorNet.EndToEnd.Tests.Monitor;

public sealed class FullScreenTests : IDisposable
{
    private readonly MonitorModel _model = RunStates.Model();
    private readonly MonitorController _controller;
    private readonly FullScreenView _view;
    private readonly IApplication _application = Application.Create();
    private readonly SessionToken _session;

    public FullScreenTests()
    {
        _controller = new MonitorController(_model);
        _application.Init(DriverRegistry.Names.ANSI);
        _view = new FullScreenView(_model, _controller, hasColour: true);
        _session = _application.Begin(_view)!;
        Resize(80, 24);
    }

    public void Dispose()
    {
        _application.End(_session);
        _view.Dispose();
        _application.Dispose();
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public void The_terminal_shows_what_was_drawn(int width, int height)
    {
        Resize(width, height);

        Assert.Equal(MonitorScreen.Draw(width, height, _model, _controller).ToString(), Shown());
    }

    /// <summary>What people see, kept to be looked at; ACTORNET_ACCEPT_GOLDEN=1 writes it anew.</summary>
    [Theory]
    [InlineData(80, 24)]
    [InlineData(160, 50)]
    public void The_terminal_looks_as_it_did(int width, int height)
    {
        Resize(width, height);
        var golden = Path.Combine(Repository.Root, "tests", "ActorNet.EndToEnd.Tests", "Monitor", "Golden", $"{width}x{height}.txt");
        if (Environment.GetEnvironmentVariable("ACTORNET_ACCEPT_GOLDEN") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(golden)!);
            File.WriteAllText(golden, Shown() + "\n");
        }

        Assert.Equal(File.ReadAllText(golden).ReplaceLineEndings("\n").TrimEnd('\n'), Shown());
    }

    [Fact]
    public void Keys_and_sizes_change_it()
    {
        Press(Key.CursorDown, Key.CursorDown, Key.Enter);
        Assert.Contains("events of this node", Shown(), StringComparison.Ordinal);

        Press(Key.Esc, new Key('/'), new Key('s'), new Key('u'), new Key('s'), Key.Enter);
        Assert.Contains("1 of 4 nodes with «sus»", Shown(), StringComparison.Ordinal);

        Press(new Key('?'));
        Assert.Contains("any key closes", Shown(), StringComparison.Ordinal);

        Resize(30, 10);
        Assert.StartsWith("too small", Shown(), StringComparison.Ordinal);
    }

    [Fact]
    public void Colours_are_used_where_they_are_welcome() => Assert.Matches("\e\\[38;2;", _application.Driver!.ToAnsi());

    private void Press(params Key[] keys)
    {
        foreach (var key in keys)
        {
            _application.Keyboard.RaiseKeyDownEvent(key);
        }

        _application.LayoutAndDraw(true);
    }

    private void Resize(int width, int height)
    {
        _application.Driver!.SetScreenSize(width, height);
        _application.LayoutAndDraw(true);
    }

    private string Shown() =>
        string.Join('\n', _application.Driver!.ToString()!.ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd())).TrimEnd('\n');
}
