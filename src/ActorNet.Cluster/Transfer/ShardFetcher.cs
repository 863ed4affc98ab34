using ActorNet.Core;
using ActorNet.Core.Data.Shards;
using Akka.Actor;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Brings the shards of slices into this node's cache, slice by slice, on a thread of its own. What is in the cache already counts: whoever reads a file first
/// verifies it, and says so when it is damaged (<see cref="Lose"/>).
/// </summary>
/// <param name="download">Gets the files.</param>
/// <param name="cache">Takes them.</param>
/// <param name="slices">Slices of the job.</param>
internal sealed class ShardFetcher(ShardDownload download, ShardCache cache, int slices) : IDisposable
{
    private readonly object _gate = new();
    private readonly SortedSet<int> _held = [];
    private readonly HashSet<int> _damaged = [];
    private IReadOnlyList<int> _wanted = [];
    private IActorRef? _listener;
    private Thread? _thread;
    private string? _trouble;
    private int _fetchedShards;
    private long _fetchedBytes;
    private bool _closed;

    /// <summary>Fetches slices from now on; those asked for before only as far as they are among them. Returns at once.</summary>
    /// <param name="wanted">The slices, the most urgent first.</param>
    /// <param name="listener">Gets <see cref="News"/> with every shard, and at once where there is nothing to fetch: whoever asks may have missed it.</param>
    public void Fetch(IReadOnlyList<int> wanted, IActorRef listener)
    {
        bool isIdle;
        lock (_gate)
        {
            (_wanted, _listener) = (wanted, listener);
            isIdle = _trouble is not null || wanted.All(_held.Contains);
            if (_thread is null && !_closed)
            {
                _thread = new Thread(Run, LinkLimits.StackBytes) { IsBackground = true, Name = "shards, fetching" };
                _thread.Start();
            }

            Monitor.PulseAll(_gate);
        }

        if (isIdle)
        {
            Tell();
        }
    }

    /// <summary>A slice's shards cannot be read any more: those that are damaged are fetched anew if it is still wanted.</summary>
    public void Lose(int slice)
    {
        lock (_gate)
        {
            _held.Remove(slice);
            _damaged.Add(slice);
            Monitor.PulseAll(_gate);
        }

        Tell();
    }

    /// <summary>Ends the work, also within a file, of which nothing stays, and returns when the thread has ended.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _closed = true;
            Monitor.PulseAll(_gate);
        }

        download.Dispose();
        _thread?.Join();
        cache.Dispose();
    }

    private void Run()
    {
        try
        {
            while (AwaitNext() is { } slice)
            {
                FetchSlice(slice);
            }
        }
        catch (ActorNetException error)
        {
            if (!download.IsClosed)
            {
                lock (_gate)
                {
                    _trouble = error.Message;
                }

                Tell();
            }
        }
    }

    private int? AwaitNext()
    {
        lock (_gate)
        {
            while (!_closed)
            {
                foreach (var slice in _wanted)
                {
                    if (slice >= 0 && slice < slices && !_held.Contains(slice))
                    {
                        return slice;
                    }
                }

                Monitor.Wait(_gate);
            }

            return null;
        }
    }

    private void FetchSlice(int slice)
    {
        DeleteDamaged(slice);
        var shards = cache.Data.ShardsOf(slice, slices).Where(shard => cache.Missing(shard).Any()).ToArray();
        cache.MakeRoom(shards.SelectMany(cache.Missing).Sum(file => file.Bytes));
        foreach (var shard in shards)
        {
            foreach (var file in cache.Missing(shard).ToArray())
            {
                FetchFile(file);
                _fetchedBytes += file.Bytes;
            }

            _fetchedShards++;
            Tell();
        }

        lock (_gate)
        {
            _held.Add(slice);
        }

        Tell();
    }

    /// <summary>What came whole with a wrong bit on the way comes a second time.</summary>
    private void FetchFile(ShardFile file)
    {
        for (var isLast = false; ; isLast = true)
        {
            using var arrival = cache.Receive(file);
            download.Fetch(file, arrival);
            try
            {
                arrival.Complete();
                return;
            }
            catch (ActorNetException) when (!isLast)
            {
            }
        }
    }

    private void DeleteDamaged(int slice)
    {
        lock (_gate)
        {
            if (!_damaged.Remove(slice))
            {
                return;
            }
        }

        foreach (var shard in cache.Data.ShardsOf(slice, slices))
        {
            cache.DeleteDamaged(shard);
        }
    }

    private void Tell()
    {
        lock (_gate)
        {
            _listener?.Tell(new News(this, [.. _held], _fetchedShards, _fetchedBytes, _trouble), ActorRefs.NoSender);
        }
    }

    /// <summary>A shard has come, or none will any more.</summary>
    /// <param name="Fetcher">Who fetches.</param>
    /// <param name="Slices">The slices of which all shards are here, in ascending order.</param>
    /// <param name="Shards">Shards that came from the coordinator's node.</param>
    /// <param name="Bytes">Their bytes.</param>
    /// <param name="Trouble">Why nothing is fetched any more; null while it is.</param>
    public sealed record News(ShardFetcher Fetcher, int[] Slices, int Shards, long Bytes, string? Trouble);
}
