using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Core;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// Gives the shards of a data set to nodes that ask for them. It has a port and threads of its own, so that no step and no sign of life waits behind
/// a shard, and reads a block only when the one before was taken. A file is verified before its first byte goes out.
/// </summary>
internal sealed class ShardServer : IDisposable
{
    private readonly Lock _lock = new();
    private readonly ShardedDataSet _data;
    private readonly LinkSettings _settings;
    private readonly AcceptLoop _accept;
    private readonly Dictionary<string, (int Shard, ShardFile File)> _files = [];
    private readonly ConcurrentDictionary<string, DateTime> _intact = new();
    private readonly byte[] _manifest;
    private readonly Dictionary<SocketPipe, Thread> _connections = [];
    private bool _closed;

    /// <summary>Listens on the port after that of the node's tensor link, or on any that is free where that took any, or the last.</summary>
    /// <param name="self">The node.</param>
    /// <param name="options">Where.</param>
    /// <param name="data">The set.</param>
    /// <exception cref="ActorNetException">The port is taken, or the host is not this machine's.</exception>
    public ShardServer(LinkSettings self, NodeOptions options, ShardedDataSet data)
    {
        _data = data;
        _manifest = data.Folder.Manifest.ToJson();
        foreach (var (shard, entry) in data.Folder.Manifest.Shards.Index())
        {
            _files[entry.Inputs.Name] = (shard, entry.Inputs);
            _files[entry.Targets.Name] = (shard, entry.Targets);
        }

        _settings = self with { Name = ShardExchange.NameOf(self.Name) };
        var port = options.TensorPort is 0 or ushort.MaxValue ? 0 : options.TensorPort + 1;
        try
        {
            var socket = AcceptLoop.Listen(new IPEndPoint(ListenCheck.Resolve(options.Listen.Host), port));
            Source = new ShardSource(data.Hash, _settings.Name, options.Advertised, ((IPEndPoint)socket.LocalEndPoint!).Port);
            _accept = new AcceptLoop(socket, "shards", Take);
        }
        catch (SocketException error)
        {
            throw new ActorNetException(
                $"the data's shards cannot be served on {new HostPort(options.Listen.Host, port)} ({error.Message}): choose another --link-port, after which comes this port.", error);
        }
    }

    /// <summary>Where nodes find it.</summary>
    public ShardSource Source { get; }

    /// <summary>Bytes of files that were sent.</summary>
    public long SentBytes => Interlocked.Read(ref _sentBytes);

    private long _sentBytes;

    /// <summary>Ends all connections, and returns when their threads have ended.</summary>
    public void Dispose()
    {
        Thread[] threads;
        lock (_lock)
        {
            _closed = true;
            threads = [.. _connections.Values];
            foreach (var pipe in _connections.Keys)
            {
                pipe.Abort();
            }
        }

        _accept.Dispose();
        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    /// <summary>Ends the connections that stand, as a network does. For tests.</summary>
    internal void Cut()
    {
        lock (_lock)
        {
            foreach (var pipe in _connections.Keys)
            {
                pipe.Abort();
            }
        }
    }

    private void Take(Socket socket)
    {
        lock (_lock)
        {
            if (_closed || _connections.Count == ShardExchange.Connections)
            {
                socket.Dispose();
                return;
            }

            var pipe = SocketPipe.Accepted(socket);
            var from = socket.RemoteEndPoint?.ToString() ?? "unknown";
            var thread = new Thread(() => Serve(pipe, from), LinkLimits.StackBytes) { IsBackground = true, Name = "shards, sending" };
            _connections[pipe] = thread;
            thread.Start();
        }
    }

    /// <summary>A connection's life, on its thread.</summary>
    private void Serve(SocketPipe plain, string from)
    {
        LinkPipe pipe = plain;
        try
        {
            pipe = _settings.SecureAccepted(plain, from);
            Handshake.AsAcceptor(pipe, _settings, _ => null, (_, _, _) => 0);
            var block = new byte[ShardExchange.BlockBytes];
            while (true)
            {
                Answer(pipe, ShardExchange.ReadRequest(pipe), block);
            }
        }
        catch (Exception ended) when (ended is LinkException or SocketException or ObjectDisposedException)
        {
            // The node has what it wanted, or comes again.
        }
        finally
        {
            lock (_lock)
            {
                _connections.Remove(plain);
            }

            pipe.Abort();
            pipe.Dispose();
        }
    }

    private void Answer(LinkPipe pipe, in ShardRequest request, byte[] block)
    {
        if (request.Hash != _data.Hash)
        {
            ShardExchange.Answer(pipe, $"the data set {request.Hash} is not served here, but {_data.Hash}", 0);
        }
        else if (request.File == ShardManifest.FileName && request.Offset >= 0 && request.Offset <= _manifest.Length)
        {
            ShardExchange.Answer(pipe, null, _manifest.Length - request.Offset);
            pipe.Write(_manifest.AsSpan((int)request.Offset), Deadline.In(ShardExchange.Patience));
        }
        else if (_files.TryGetValue(request.File, out var found) && request.Offset >= 0 && request.Offset <= found.File.Bytes)
        {
            SendFile(pipe, found.Shard, found.File, request.Offset, block);
        }
        else
        {
            ShardExchange.Answer(pipe, $"there is no file '{request.File}' with a byte {request.Offset}", 0);
        }
    }

    private void SendFile(LinkPipe pipe, int shard, ShardFile file, long offset, byte[] block)
    {
        try
        {
            using var handle = Open(shard, file);
            ShardExchange.Answer(pipe, null, file.Bytes - offset);
            while (offset < file.Bytes)
            {
                var read = RandomAccess.Read(handle, block, offset);
                if (read == 0)
                {
                    throw new LinkException($"'{file.Name}' was cut off while it was sent");
                }

                pipe.Write(block.AsSpan(0, (int)Math.Min(read, file.Bytes - offset)), Deadline.In(ShardExchange.Patience));
                offset += read;
                Interlocked.Add(ref _sentBytes, read);
            }
        }
        catch (IOException error)
        {
            throw new LinkException($"'{file.Name}' cannot be read: {error.Message}");
        }
        catch (ActorNetException error)
        {
            // Only from opening it, before anything was answered.
            ShardExchange.Answer(pipe, $"the coordinator's node has no such shard to give: {error.Message}", 0);
        }
    }

    private Microsoft.Win32.SafeHandles.SafeFileHandle Open(int shard, ShardFile file)
    {
        if (_intact.TryGetValue(file.Name, out var written) && written == File.GetLastWriteTimeUtc(_data.Folder.PathOf(file)))
        {
            return _data.Folder.Open(shard, file);
        }

        var handle = _data.Folder.OpenIntact(shard, file);
        _intact[file.Name] = File.GetLastWriteTimeUtc(handle);
        return handle;
    }
}
