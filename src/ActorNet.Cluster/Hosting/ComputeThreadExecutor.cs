using System.Collections.Concurrent;
using System.Diagnostics;
using ActorNet.Cluster.Transfer;
using Akka.Configuration;
using Akka.Dispatch;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Runs every actor of one dispatcher on one thread of its own. Gradients never run on the .NET thread pool, where they would starve heartbeats; and a
/// worker, a parameter server and the node that share such a thread hand messages to each other without waking another.
/// </summary>
internal sealed class ComputeThreadExecutor : ExecutorService, IDisposable
{
    /// <summary>
    /// How often an idle thread looks for work before it sleeps, some 0.5 us each. Waking a sleeping thread costs more than a whole step of a small
    /// network. Between looks it yields its core: on a busy machine the thread it waits for may be waiting for that very core.
    /// </summary>
    private const int LooksBeforeSleep = 100;

    /// <summary>As often it looks for what comes over the network, and reads that itself, some 1.5 us each.</summary>
    private const int ReadingLooksBeforeSleep = 500;

    /// <summary>
    /// It reads what comes only where it has computed no longer than this between any two of its last waits: what comes while it computes has to wait for it, or for the connection's own thread,
    /// which notices after a millisecond or two.
    /// </summary>
    private static readonly TimeSpan _short = TimeSpan.FromMicroseconds(500);

    /// <summary>So many waits.</summary>
    private const int ShortRuns = 16;

    private readonly ConcurrentQueue<IRunnable> _queue = new();
    /// <summary>Left to its finalizer: someone may still queue work when the thread has ended.</summary>
    private readonly AutoResetEvent _wake = new(false);

    private readonly bool _spins;
    private int _asleep;
    private int _shortRuns;
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    /// <param name="id">The dispatcher's name, which becomes the thread's.</param>
    /// <param name="spins">Whether an idle thread looks for work for a moment before it sleeps.</param>
    public ComputeThreadExecutor(string id, bool spins)
        : base(id)
    {
        _spins = spins;
        new Thread(Run) { IsBackground = true, Name = id }.Start();
    }

    /// <inheritdoc/>
    public override void Execute(IRunnable run)
    {
        _queue.Enqueue(run);
        Interlocked.MemoryBarrier();
        if (_asleep != 0 && Interlocked.Exchange(ref _asleep, 0) != 0)
        {
            _wake.Set();
        }
    }

    /// <inheritdoc/>
    public override void Shutdown()
    {
        if (!_stopping)
        {
            _stopping = true;
            _wake.Set();
        }
    }

    /// <summary>Stops the thread once it has run what is queued.</summary>
    public void Dispose() => Shutdown();

    private void Run()
    {
        while (true)
        {
            var began = Stopwatch.GetTimestamp();
            while (_queue.TryDequeue(out var run))
            {
                run.Run();
            }

            if (_stopping)
            {
                return;
            }

            _shortRuns = Stopwatch.GetElapsedTime(began) < _short ? Math.Min(_shortRuns + 1, ShortRuns) : 0;
            if (!FoundWorkWhileSpinning())
            {
                Sleep();
            }
        }
    }

    private bool FoundWorkWhileSpinning()
    {
        var reads = _shortRuns == ShortRuns;
        for (var i = 0; _spins && i < (reads ? ReadingLooksBeforeSleep : LooksBeforeSleep); i++)
        {
            if (!_queue.IsEmpty || _stopping)
            {
                return true;
            }

            if (reads)
            {
                IdleReading.Look();
            }

            Thread.Yield();
        }

        return false;
    }

    /// <summary>Sleeps until there is work: says so first and looks once more, so that no work can slip in unseen between.</summary>
    private void Sleep()
    {
        Interlocked.Exchange(ref _asleep, 1);
        if (_queue.IsEmpty && !_stopping)
        {
            _wake.WaitOne();
        }

        _asleep = 0;
    }
}

/// <summary>Makes a <see cref="ComputeThreadExecutor"/> for a dispatcher whose configuration names this class as its executor.</summary>
internal sealed class ComputeThreadExecutorConfigurator(Config config, IDispatcherPrerequisites prerequisites)
    : ExecutorServiceConfigurator(config, prerequisites)
{
    /// <inheritdoc/>
    public override ExecutorService Produce(string id) => new ComputeThreadExecutor(id, Config.GetBoolean("spins", true));
}
