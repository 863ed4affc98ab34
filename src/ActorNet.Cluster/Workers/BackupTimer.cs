using System.Diagnostics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Leases;

namespace ActorNet.Cluster.Workers;

/// <summary>Measures how long a worker waits for the next step when it is done with its own slices, and says when it should compute another node's instead.</summary>
/// <param name="due">Says it, on a thread of the pool.</param>
internal sealed class BackupTimer(Action due) : IDisposable
{
    private readonly Timer _timer = new(_ => due());
    private BackupWait _wait = new();
    private IReadOnlyList<TreeNode> _backup = [];
    private long _step;
    private long _doneWithOwn;

    /// <summary>The worker is done with its own slices.</summary>
    /// <param name="step">The step.</param>
    /// <param name="backup">The other node's, the same object for as long as leases stay as they are.</param>
    /// <param name="computing">How long it would take for them.</param>
    public void Start(long step, IReadOnlyList<TreeNode> backup, TimeSpan computing)
    {
        if (_backup != backup)
        {
            // Leases have changed: what was waited before says nothing.
            (_backup, _wait) = (backup, new BackupWait());
        }

        (_step, _doneWithOwn) = (step, Stopwatch.GetTimestamp());
        if (_wait.Next(computing) is { } wait)
        {
            // Whole milliseconds are what the timer takes.
            _timer.Change((long)Math.Ceiling(wait.TotalMilliseconds), Timeout.Infinite);
        }
    }

    /// <summary>The worker has something of its own to compute: of the next step, or once more of this one.</summary>
    /// <param name="step">The step.</param>
    public void NoteStep(long step)
    {
        if (_doneWithOwn != 0 && step > _step)
        {
            _wait.Observe(Stopwatch.GetElapsedTime(_doneWithOwn));
            _doneWithOwn = 0;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
