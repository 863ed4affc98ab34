using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

[Collection(nameof(Alone))]
public sealed class HandshakeTests
{
    private static readonly TimeSpan _short = TimeSpan.FromMilliseconds(300);

    [Theory]
    [InlineData("one", "one", null)]
    [InlineData(null, null, null)]
    [InlineData("one", "two", "sender does not know the secret of receiver")]
    [InlineData("one", null, "sender has a secret and receiver has none")]
    [InlineData(null, "two", "receiver has a secret and sender has none")]
    public void A_secret_must_be_the_same_on_both_sides(string? sender, string? receiver, string? refusal)
    {
        using var pair = new LinkPair(secret: receiver);
        var changes = new Changes();
        using var channel = pair.Open(secret: sender, changes: changes);
        if (refusal is null)
        {
            changes.Await(LinkEvent.Connected);
            return;
        }
        Assert.Equal($"refused: {refusal}", changes.Await(LinkEvent.Failed).Reason);
        Assert.Equal(refusal, pair.Inbound.Await(LinkEvent.Failed).Reason);
        Assert.DoesNotContain(changes.All, change => change.Event == LinkEvent.Connected);
    }

    [Fact]
    public void An_unknown_node_is_refused_by_name()
    {
        using var pair = new LinkPair(admit: name => name == "friend" ? null : $"{name} is not in the cluster");
        var (stranger, friend) = (new Changes(), new Changes());
        pair.Open("stranger", changes: stranger);
        pair.Open("friend", changes: friend);
        Assert.Equal("refused: stranger is not in the cluster", stranger.Await(LinkEvent.Failed).Reason);
        Assert.Equal("stranger is not in the cluster", pair.Inbound.Await(LinkEvent.Failed).Reason);
        friend.Await(LinkEvent.Connected);
    }

    [Fact]
    public void Another_node_at_the_address_is_refused()
    {
        using var pair = new LinkPair();
        var changes = new Changes();
        pair.Open(peer: "somebody", changes: changes);
        Assert.Equal("refused: this is receiver, not somebody", changes.Await(LinkEvent.Failed).Reason);
    }

    [Fact]
    public void Another_version_is_refused_by_both_sides()
    {
        using var pair = new LinkPair();
        using var socket = Connect(pair);
        socket.Send([.. "ANTL"u8, 2, 0, 3, 0, 1, 2, 3]);
        var answer = ReadAll(socket);
        Assert.Equal("ANTL"u8.ToArray(), answer[..4]);
        Assert.Contains("version", pair.Inbound.Await(LinkEvent.Failed).Reason, StringComparison.Ordinal);

        using var imposter = new Imposter(_ => [.. "ANTL"u8, 9, 0]);
        var changes = new Changes();
        pair.Open(changes: changes, port: imposter.Port);
        Assert.Equal("one side speaks version 1 of the tensor link, the other 9", changes.Await(LinkEvent.Failed).Reason);
    }

    /// <summary>Who does not know the secret cannot play the receiver either, not even by sending the sender's own proof back.</summary>
    [Fact]
    public void A_false_receiver_is_refused()
    {
        using var imposter = new Imposter(heard => heard.Length switch
        {
            < 64 => [],
            < 100 => [.. "ANTL"u8, 1, 0, .. Message([0x93, 0xC0, 0xA8, .. "receiver"u8, 0xC4, 32, .. new byte[32]])],
            _ => Message([0x93, 0xC0, 0xC4, 32, .. heard[^32..], 0]),
        });
        var changes = new Changes();
        using var pair = new LinkPair();
        pair.Open(secret: "one", changes: changes, port: imposter.Port);
        Assert.Equal("receiver does not know the secret", changes.Await(LinkEvent.Failed).Reason);
    }

    [Fact]
    public void Silence_ends_at_the_deadline_and_others_get_in_meanwhile()
    {
        using var pair = new LinkPair(handshake: _short);
        using var silent = Connect(pair);
        var changes = new Changes();
        pair.Open(changes: changes);
        changes.Await(LinkEvent.Connected);
        Assert.Equal("nothing came", pair.Inbound.Await(LinkEvent.Failed).Reason);
        Assert.Empty(ReadAll(silent));
    }

    [Fact]
    public void Unauthenticated_connections_are_bounded()
    {
        using var pair = new LinkPair();
        var silent = Enumerable.Range(0, LinkLimits.Unauthenticated).Select(_ => Connect(pair)).ToList();
        using var tooMany = Connect(pair);
        Assert.Empty(ReadAll(tooMany));
        Assert.Equal(1, pair.Listener.Refused);
        silent.ForEach(socket => socket.Dispose());
        pair.Inbound.Await(LinkEvent.Failed, LinkLimits.Unauthenticated);
        var changes = new Changes();
        pair.Open(changes: changes);
        changes.Await(LinkEvent.Connected);
    }

    /// <summary>Whatever comes in place of a hello: the connection ends, little is allocated, and the listener serves the next.</summary>
    [Fact]
    public void Garbage_costs_nothing_and_never_hangs()
    {
        const int Seed = 5, Inputs = 2000;
        var random = new Random(Seed);
        using var pair = new LinkPair(secret: "one", handshake: TimeSpan.FromSeconds(2));
        var hello = Hello();
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < Inputs; i++)
        {
            using var socket = Connect(pair);
            socket.Send(Broken(hello, random));
            socket.Shutdown(SocketShutdown.Send);
            Assert.True(ReadAll(socket).Length < LinkLimits.HandshakeBytes, $"seed {Seed}, input {i}");
        }
        pair.Inbound.Await(LinkEvent.Failed, Inputs);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / Inputs;
        Assert.True(each < 64 * 1024, $"{each} bytes allocated for each, seed {Seed}");
        Assert.Equal(0, pair.Sink.Accepted);

        var changes = new Changes();
        pair.Open(secret: "one", changes: changes);
        changes.Await(LinkEvent.Connected);
    }

    /// <summary>After a right handshake: headers that are none end the connection at once.</summary>
    [Fact]
    public void Garbage_in_place_of_a_frame_ends_the_connection()
    {
        const int Seed = 6;
        var random = new Random(Seed);
        using var pair = new LinkPair();
        for (var i = 1; i <= 200; i++)
        {
            var garbage = new byte[random.Next(4, 200)];
            random.NextBytes(garbage);
            var pipe = SocketPipe.Connect("127.0.0.1", pair.Listener.EndPoint.Port, () => false);
            Handshake.AsSender(pipe, LinkPair.Settings("sender"), LinkPair.Receiver, Guid.NewGuid());
            pipe.Write(garbage, Deadline.In(_short));
            Assert.Throws<LinkException>(pipe.WaitForEnd);
            pair.Inbound.Await(LinkEvent.Lost, i);
            pipe.Dispose();
        }
        Assert.Equal(0, pair.Sink.Accepted);
    }

    [Fact]
    public void Names_and_secret_are_checked_at_the_start()
    {
        Assert.Throws<ArgumentException>(() => new TensorChannel(LinkPair.Settings(""), "b", "127.0.0.1", 1));
        Assert.Throws<ArgumentException>(() => new TensorChannel(LinkPair.Settings("a", secret: ""), "b", "127.0.0.1", 1));
        Assert.Throws<ArgumentException>(() => new TensorChannel(LinkPair.Settings("a"), "b\n", "127.0.0.1", 1));
        Assert.Throws<ArgumentException>(() => new TensorChannel(LinkPair.Settings("a"), new string('ä', 128), "127.0.0.1", 1));
        using var pair = new LinkPair();
        var changes = new Changes();
        pair.Open(new string('n', LinkLimits.NameBytes), changes: changes);
        changes.Await(LinkEvent.Connected);
    }

    /// <summary>The hello of a real channel, caught by a listener that says nothing.</summary>
    private static byte[] Hello()
    {
        byte[] hello = [];
        var caught = new Waiting();
        using var imposter = new Imposter(heard =>
        {
            caught.Do(() => hello = heard);
            return [];
        });
        using var channel = new TensorChannel(LinkPair.Settings("sender", "one"), LinkPair.Receiver, "127.0.0.1", imposter.Port);
        caught.Until(() => hello.Length > 64, "a hello");
        return hello;
    }

    private static byte[] Broken(byte[] hello, Random random)
    {
        var broken = hello.ToArray();
        switch (random.Next(4))
        {
            case 0:
                broken = new byte[random.Next(400)];
                random.NextBytes(broken);
                return broken;
            case 1:
                return broken[..random.Next(broken.Length)];
            case 2:
                BinaryPrimitives.WriteUInt16LittleEndian(broken.AsSpan(6), (ushort)random.Next(65536));
                return broken;
            default:
                broken[random.Next(broken.Length)] ^= (byte)(1 << random.Next(8));
                return broken;
        }
    }

    private static byte[] Message(byte[] body) => [(byte)body.Length, (byte)(body.Length >> 8), .. body];

    private static Socket Connect(LinkPair pair)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 10_000 };
        socket.Connect(pair.Listener.EndPoint);
        return socket;
    }

    /// <summary>What the other side says until it ends; a reset is an end too.</summary>
    private static byte[] ReadAll(Socket socket)
    {
        var all = new List<byte>();
        var buffer = new byte[4096];
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var count = socket.Receive(buffer, SocketFlags.None, out var error);
            Assert.NotEqual(SocketError.TimedOut, error);
            if (error != SocketError.Success || count == 0)
            {
                return [.. all];
            }
            all.AddRange(buffer[..count]);
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20), "the other side never ends");
        }
    }

    /// <summary>Accepts one connection and answers by a script: given all that was heard so far, what to say.</summary>
    private sealed class Imposter : IDisposable
    {
        private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
        private readonly Thread _thread;

        public Imposter(Func<byte[], byte[]> script)
        {
            _listener.Start();
            _thread = new Thread(() => Run(script)) { IsBackground = true };
            _thread.Start();
        }

        public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

        public void Dispose()
        {
            _listener.Stop();
            _thread.Join();
        }

        private void Run(Func<byte[], byte[]> script)
        {
            try
            {
                while (true)
                {
                    using var socket = _listener.AcceptSocket();
                    socket.ReceiveTimeout = 2000;
                    Talk(socket, script);
                }
            }
            catch (Exception ended) when (ended is SocketException or InvalidOperationException)
            {
                // Disposed.
            }
        }

        private static void Talk(Socket socket, Func<byte[], byte[]> script)
        {
            var heard = new List<byte>();
            var buffer = new byte[4096];
            while (socket.Receive(buffer, SocketFlags.None, out var error) is var count && error == SocketError.Success && count > 0)
            {
                heard.AddRange(buffer[..count]);
                if (script([.. heard]) is { Length: > 0 } answer)
                {
                    socket.Send(answer, SocketFlags.None, out _);
                }
            }
        }
    }
}
