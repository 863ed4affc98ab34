using System.Diagnostics;
using System.Globalization;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Monitor;

/// <summary>The monitor in a real terminal.</summary>
public sealed class TerminalTests : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _look = TimeSpan.FromMilliseconds(100);

    private readonly Workspace _work = new();
    private readonly FakeCoordinator _coordinator = new();

    public void Dispose()
    {
        Tmux("kill-server");
        _coordinator.Dispose();
        _work.Dispose();
    }

    [SkippableFact]
    public async Task Start_resize_filter_pause_see_it_paused_quit_and_the_terminal_is_clean()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/tmux"), "needs tmux");
        Tmux("new-session", "-d", "-x", "80", "-y", "24", "PS1='ready> ' sh");
        Type($"ACTORNET_TOKEN={FakeCoordinator.Token} {Workspace.ShellCommand} monitor {_coordinator.Url}; echo ended $?", "Enter");
        await SeesAsync("TRAINING");

        Tmux("resize-window", "-x", "130", "-y", "24");
        await SeesAsync("samples/s ─");
        Type("/sus", "Enter");
        await SeesAsync("1 of 4 nodes");
        Type("p");
        await SeesAsync("pause the run at the next step");
        Type("y");
        await SeesAsync("PAUSED");
        Assert.Equal("/api/v1/pause", await _coordinator.Commanded.Task.WaitAsync(_patience));

        _coordinator.Dispose();
        await SeesAsync("connection lost, last seen");
        using var back = new FakeCoordinator(_coordinator.Port);
        await SeesAsync("TRAINING");

        Type("q");
        await SeesAsync("ended 0");
        Assert.DoesNotContain("TRAINING", Screen(), StringComparison.Ordinal);
        Type("stty -a", "Enter");
        await SeesAsync(" icanon");
        Assert.Contains(" echo ", Screen(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task SIGTERM_leaves_the_terminal_clean()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/tmux"), "needs tmux");
        Tmux("new-session", "-d", "-x", "80", "-y", "24", "PS1='ready> ' sh");
        Type($"sh -c 'echo $$ > pid; exec {Workspace.ShellCommand.Replace("'", "", StringComparison.Ordinal)} monitor {_coordinator.Url}'; echo ended $?", "Enter");
        await SeesAsync("TRAINING");
        _work.RunOther("kill", "-TERM", File.ReadAllText(_work.At("pid")).Trim()).Ending(0);
        await SeesAsync("ended 130");

        Assert.DoesNotContain("TRAINING", Screen(), StringComparison.Ordinal);
        Type("stty -a", "Enter");
        await SeesAsync(" icanon");
    }

    /// <summary>A window that is closed, or a connection that breaks: what goes on without a terminal would do so for ever.</summary>
    [SkippableFact]
    public async Task It_ends_when_its_terminal_is_gone()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/tmux"), "needs tmux");
        Tmux("new-session", "-d", "-x", "80", "-y", "24", "PS1='ready> ' sh");
        Type($"sh -c 'echo $$ > pid; exec {Workspace.ShellCommand.Replace("'", "", StringComparison.Ordinal)} monitor {_coordinator.Url}'", "Enter");
        await SeesAsync("TRAINING");
        using var monitor = Process.GetProcessById(int.Parse(File.ReadAllText(_work.At("pid")), CultureInfo.InvariantCulture));
        Tmux("kill-server");
        await monitor.WaitForExitAsync().WaitAsync(_patience);
    }

    private void Type(params string[] keys) => Tmux(["send-keys", .. keys]);

    private string Screen() => Tmux("capture-pane", "-p");

    /// <summary>Looks until the terminal shows a text: a terminal tells nobody when it changes.</summary>
    private async Task SeesAsync(string text)
    {
        var start = Stopwatch.GetTimestamp();
        string screen;
        while (!(screen = Screen()).Contains(text, StringComparison.Ordinal))
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < _patience, $"the terminal does not show «{text}»:\n{screen}");
            await Task.Delay(_look);
        }
    }

    private string Tmux(params string[] arguments) =>
        File.Exists("/usr/bin/tmux") ? _work.RunOther("tmux", ["-S", _work.At("tmux"), "-f", "/dev/null", .. arguments]).Output : "";
}
