using System.Diagnostics;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Gets files from a <see cref="ShardServer"/>, over a connection that it makes again where it breaks; the file then goes on where it was. One caller at a time.
/// </summary>
/// <param name="source">Where the files are.</param>
/// <param name="self">This node.</param>
internal sealed class ShardDownload(ShardSource source, LinkSettings self) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly byte[] _block = new byte[ShardExchange.BlockBytes];
    private LinkPipe? _pipe;
    private volatile bool _closed;

    /// <summary>Without a byte for so long, nobody is there who could send one.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Whether it was ended.</summary>
    public bool IsClosed => _closed;

    /// <summary>Gets the set's manifest.</summary>
    /// <exception cref="ActorNetException">It cannot be had, or is not the one that was asked for.</exception>
    public ShardManifest FetchManifest()
    {
        var bytes = new MemoryStream();
        Fetch(ShardManifest.FileName, ShardExchange.ManifestBytes, () => bytes.Length, bytes.Write);
        var manifest = ShardManifest.Parse(bytes.ToArray(), $"the {ShardManifest.FileName} of the coordinator's node");
        return manifest.Hash == source.Hash
            ? manifest
            : throw new ActorNetException(
                $"the {ShardManifest.FileName} that came from the coordinator's node has the hash {manifest.Hash}, the job's data {source.Hash}: use the same version of ActorNet on both.");
    }

    /// <summary>Gets a shard's file.</summary>
    /// <exception cref="ActorNetException">It cannot be had, or not be written here.</exception>
    public void Fetch(ShardFile file, ShardArrival arrival) => Fetch(file.Name, file.Bytes, () => arrival.Arrived, arrival.Append);

    /// <summary>Ends the connection; from any thread. Whoever fetches gets an exception.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _closed = true;
            _pipe?.Abort();
        }
    }

    private delegate void TakeBytes(ReadOnlySpan<byte> bytes);

    private void Fetch(string file, long most, Func<long> arrived, TakeBytes take)
    {
        var (since, seen, backoff) = (Stopwatch.GetTimestamp(), arrived(), LinkLimits.FirstBackoff);
        while (true)
        {
            try
            {
                Receive(file, most, arrived, take);
                return;
            }
            catch (RefusedException refused)
            {
                throw new ActorNetException(refused.Message, refused);
            }
            catch (Exception broken) when (broken is LinkException or SocketException or ObjectDisposedException)
            {
                Drop();
                if (arrived() > seen)
                {
                    (since, seen, backoff) = (Stopwatch.GetTimestamp(), arrived(), LinkLimits.FirstBackoff);
                }

                if (_closed || Stopwatch.GetElapsedTime(since) > Patience)
                {
                    throw new ActorNetException(
                        $"the job's data cannot be fetched from {new HostPort(source.Host, source.Port)}: {broken.Message}. That port of the coordinator's node must be reachable from here.",
                        broken);
                }

                Thread.Sleep(backoff);
                backoff = backoff * 2 < LinkLimits.LastBackoff ? backoff * 2 : LinkLimits.LastBackoff;
            }
        }
    }

    private void Receive(string file, long most, Func<long> arrived, TakeBytes take)
    {
        var pipe = Connected();
        ShardExchange.Ask(pipe, new ShardRequest(source.Hash, file, arrived()));
        var left = ShardExchange.ReadAnswer(pipe);
        if (left < 0 || left > most - arrived())
        {
            throw new LinkException($"'{file}' has {left} bytes more there, and at most {most - arrived()} here");
        }

        while (left > 0)
        {
            var part = _block.AsSpan(0, (int)Math.Min(left, _block.Length));
            pipe.ReadExactly(part, Deadline.In(ShardExchange.Patience));
            take(part);
            left -= part.Length;
        }
    }

    private LinkPipe Connected()
    {
        if (_pipe is { } standing)
        {
            return standing;
        }

        var plain = SocketPipe.Connect(source.Host, source.Port, () => _closed);
        Own(plain);
        var pipe = self.SecureMade(plain, source.Host, new HostPort(source.Host, source.Port));
        Own(pipe);
        Handshake.AsSender(pipe, self, source.Name, Guid.NewGuid());
        return pipe;
    }

    /// <summary>Makes a connection the one that is aborted when this ends.</summary>
    private void Own(LinkPipe pipe)
    {
        lock (_lock)
        {
            _pipe = pipe;
            if (_closed)
            {
                pipe.Abort();
            }
        }
    }

    private void Drop()
    {
        lock (_lock)
        {
            _pipe?.Abort();
            _pipe?.Dispose();
            _pipe = null;
        }
    }
}
