using System.Runtime.InteropServices;
using ActorNet.Cli.Commands;

namespace ActorNet.Cli.Runs;

/// <summary>
/// Ctrl+C, SIGTERM and SIGHUP (the terminal is gone) while training: the first asks to stop after the step, the second ends the process at once.
/// </summary>
internal sealed partial class Interruption : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PosixSignalRegistration> _registrations;
    private readonly Action _beforeEnd;
    private readonly bool _endsOnHangup;
    private int _signals;

    /// <summary>Listens from now on.</summary>
    /// <param name="beforeEnd">Called before the process ends at once.</param>
    /// <param name="endsOnHangup">Whether nothing is left to do when the terminal is gone, not even to leave it clean.</param>
    public Interruption(Action beforeEnd, bool endsOnHangup = false)
    {
        _beforeEnd = beforeEnd;
        _endsOnHangup = endsOnHangup;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Take),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Take),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, Take),
        ];
    }

    /// <summary>Asks to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>The first signal; null while there was none.</summary>
    public PosixSignal? Signal { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stop.Dispose();
    }

    private void Take(PosixSignalContext context)
    {
        context.Cancel = true;
        if (_endsOnHangup && context.Signal == PosixSignal.SIGHUP)
        {
            EndNow();
        }

        if (Interlocked.Increment(ref _signals) == 1)
        {
            Signal = context.Signal;
            _stop.Cancel();
            return;
        }

        _beforeEnd();
        EndNow();
    }

    /// <summary>Ends the process without waiting for anybody: shutdown hooks could hang, and the last checkpoint is whole anyway.</summary>
    private static void EndNow()
    {
        if (!OperatingSystem.IsWindows())
        {
            ExitWithoutHooks(ExitCode.Interrupted);
        }

        Environment.Exit(ExitCode.Interrupted);
    }

    [DllImport("libc", EntryPoint = "_exit"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void ExitWithoutHooks(int code);
}
