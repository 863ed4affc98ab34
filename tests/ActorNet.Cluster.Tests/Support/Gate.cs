using ActorNet.Core.Data;

namespace ActorNet.Cluster.Tests.Support;

/// <summary>A run that reads its data through a gate waits at the first read of a sample until it is opened.</summary>
internal sealed class Gate : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private readonly ManualResetEventSlim _open = new();
    private readonly TaskCompletionSource<bool> _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Gate(DataSet whole, int sample, int reads = 0) => Data = new FaultyData(whole, (read, before) =>
    {
        if (read == sample && before == reads)
        {
            Stop();
        }
    });

    /// <summary>
    /// Whichever sample is the next after so many: where several nodes compute, it depends on who is there first in whose slices a sample is, and this one may never read it.
    /// </summary>
    public Gate(DataSet whole, long afterReads)
    {
        var count = 0L;
        Data = new FaultyData(whole, (_, _) =>
        {
            if (Interlocked.Increment(ref count) == afterReads + 1)
            {
                Stop();
            }
        });
    }

    public DataSet Data { get; }

    public Task<bool> Reached => _reached.Task;

    public void Open() => _open.Set();

    public void Dispose() => _open.Set();

    private void Stop()
    {
        _reached.TrySetResult(true);
        // The thread must end some day even when the test fails.
        _open.Wait(_patience);
    }
}
