extern alias TerminalGui;

using System.Diagnostics;
using TerminalGui::Terminal.Gui.App;

namespace ActorNet.Cli.Monitor;

/// <summary>The monitor on a whole terminal. Everything but <see cref="Post"/> is for one thread. Whatever happens, the terminal is left as it was found.</summary>
internal sealed class FullScreen : IDisposable
{
    /// <summary>A live run is drawn anew when something is heard of it, and each second for the ages; a record moves by itself.</summary>
    private static readonly TimeSpan _liveTick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _replayTick = TimeSpan.FromMilliseconds(250);

    private readonly MonitorModel _model;
    private readonly MonitorController _controller;
    private readonly IApplication _application;
    private readonly FullScreenView _view;
    private long _lastTick = Stopwatch.GetTimestamp();

    /// <summary>Takes the terminal.</summary>
    /// <param name="model">What is known.</param>
    /// <param name="controller">What to show of it.</param>
    /// <param name="hasColour">Whether colours are welcome.</param>
    /// <param name="driver">Terminal.Gui's driver; null for the platform's own.</param>
    public FullScreen(MonitorModel model, MonitorController controller, bool hasColour, string? driver = null)
    {
        (_model, _controller) = (model, controller);
        _application = TerminalGui::Terminal.Gui.App.Application.Create();
        _application.Init(driver);
        // The terminal's own sixteen colours: they suit its background, whatever that is.
        _application.Driver!.Force16Colors = true;
        _view = new FullScreenView(model, controller, hasColour);
    }

    /// <summary>The application, for tests that press keys and look at the screen.</summary>
    internal IApplication Application => _application;

    /// <summary>Whether the person left by Ctrl+C.</summary>
    public bool IsInterrupted => _view.IsInterrupted;

    /// <summary>Changes what is known. May be called from any thread.</summary>
    public void Post(Action<MonitorModel> change) => _application.Invoke(() =>
    {
        change(_model);
        _view.SetNeedsDraw();
    });

    /// <summary>Shows it until the person leaves, or it is stopped.</summary>
    public void Run(CancellationToken stop)
    {
        _application.AddTimeout(_controller.Replay is null ? _liveTick : _replayTick, Tick);
        using var stopping = stop.Register(() => _application.Invoke(() => _application.RequestStop()));
        if (!stop.IsCancellationRequested)
        {
            _application.Run(_view);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.Dispose();
        _application.Dispose();
    }

    private bool Tick()
    {
        if (_controller.Replay is { } replay)
        {
            replay.Advance(Stopwatch.GetElapsedTime(_lastTick));
        }
        else
        {
            _model.Now = DateTime.UtcNow;
        }

        _lastTick = Stopwatch.GetTimestamp();
        _view.SetNeedsDraw();
        return true;
    }
}
