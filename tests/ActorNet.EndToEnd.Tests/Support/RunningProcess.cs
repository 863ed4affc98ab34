using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>A process whose output is read as it comes.</summary>
internal sealed class RunningProcess
{
    private readonly Process _process;
    private readonly TimeSpan _patience;
    private readonly string _command;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Task _reading;
    private bool _isEnded;
    private event Action? Changed;

    /// <summary>Starts it.</summary>
    public RunningProcess(ProcessStartInfo info, TimeSpan patience)
    {
        _patience = patience;
        _command = $"{info.FileName} {string.Join(' ', info.ArgumentList)}";
        _process = Process.Start(info)!;
        Id = _process.Id;
        Exited = _process.WaitForExitAsync();
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _output), ReadAsync(_process.StandardError, _error));
    }

    /// <summary>Its number.</summary>
    public int Id { get; }

    /// <summary>Done when it has exited.</summary>
    public Task Exited { get; }

    /// <summary>Waits until stdout or stderr has a text.</summary>
    public async Task SeesAsync(string text)
    {
        var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Look()
        {
            if (Text().Contains(text, StringComparison.Ordinal))
            {
                seen.TrySetResult();
            }
        }

        Changed += Look;
        Look();
        var first = await Task.WhenAny(seen.Task, _reading, Task.Delay(_patience));
        Look();
        Changed -= Look;
        Assert.True(seen.Task.IsCompleted, $"{_command}\n{(first == _reading ? "ended" : "went on")} without saying «{text}»:\n{Text()}");
    }

    /// <summary>Sends a signal.</summary>
    /// <param name="signal">HUP, INT, TERM, KILL, STOP or CONT.</param>
    public void Signal(string signal)
    {
        var number = signal switch { "HUP" => 1, "INT" => 2, "TERM" => 15, "KILL" => 9, "CONT" => 18, "STOP" => 19, _ => throw new ArgumentOutOfRangeException(nameof(signal)) };
        Assert.Equal(0, Kill(_process.Id, number));
    }

    /// <summary>Waits until it has ended.</summary>
    public Outcome End()
    {
        _isEnded = true;
        using (_process)
        {
            if (!_process.WaitForExit(_patience))
            {
                _process.Kill(entireProcessTree: true);
                Assert.Fail($"{_command}\ndid not end within {_patience.TotalSeconds} s:\n{Text()}");
            }

            _reading.GetAwaiter().GetResult();
            return new Outcome(_command, _process.ExitCode, _output.ToString(), _error.ToString());
        }
    }

    /// <summary>Kills it if nobody has waited for its end: a test that fails leaves nothing behind.</summary>
    public void Abandon()
    {
        if (!_isEnded)
        {
            _isEnded = true;
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit(_patience);
            _process.Dispose();
        }
    }

    private async Task ReadAsync(StreamReader reader, StringBuilder text)
    {
        // Not line by line: a reader of lines would take a carriage return for an end.
        var block = new char[1024];
        while (await reader.ReadAsync(block) is var count and > 0)
        {
            lock (text)
            {
                text.Append(block, 0, count);
            }

            Changed?.Invoke();
        }
    }

    private string Text()
    {
        lock (_output)
        {
            lock (_error)
            {
                return $"{_output}{_error}";
            }
        }
    }

    [DllImport("libc", EntryPoint = "kill"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int process, int signal);
}
