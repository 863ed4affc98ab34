using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Benchmarks;

/// <summary>
/// Round trips of the tensor link between two processes on loopback, beside plain TCP with blocking sockets in the same run. Each side sends the whole
/// payload; the link hashes it anew each time, and with <c>--tls DIR</c> encrypts it. On both, the thread that receives sends the answer.
/// </summary>
internal static class LinkCommand
{
    private static readonly int[] _sizes = [100, 95_440, 318_040, 2_678_824, 22_837_288];

    public static void Run(string[] options)
    {
        if (options is ["--peer", var parentPort, .. var tls])
        {
            RunPeer(int.Parse(parentPort, CultureInfo.InvariantCulture), tls is [var folder] ? folder : null);
            return;
        }

        var arguments = new Arguments(options, "--rounds", "--seconds", "--tls");
        var certificates = arguments.Text("--tls");
        var (rounds, seconds) = (arguments.Count("--rounds", 7), arguments.Seconds("--seconds", 0.3));
        using var link = new LinkEnd("here", "there", certificates);
        using var peer = StartPeer(link.Port, certificates);
        var ports = peer.StandardOutput.ReadLine()?.Split(' ') ?? throw new InvalidOperationException("the other process did not start");
        link.Connect(int.Parse(ports[1], CultureInfo.InvariantCulture));
        using var plain = Connect(int.Parse(ports[0], CultureInfo.InvariantCulture));

        Console.WriteLine("Round trips between two processes, the payload both ways: median [least .. greatest] of the rounds.");
        Console.WriteLine();
        Console.WriteLine("| payload | plain TCP, ms | link, ms | link, trips/s | link, MB/s | link : plain |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach (var size in _sizes)
        {
            Measure(plain, link, new byte[size], rounds, seconds);
        }
        MachineLoad.Print();
        peer.StandardInput.Close();
        peer.WaitForExit();
    }

    private static void Measure(Socket plain, LinkEnd link, byte[] body, int rounds, TimeSpan time)
    {
        new Random(1).NextBytes(body);
        List<double> plainTrips = [], linkTrips = [];
        for (var round = -1; round < rounds; round++)
        {
            var (one, other) = (PlainTrips(plain, body, time), link.Trips(body, time));
            if (round >= 0)
            {
                plainTrips.Add(one);
                linkTrips.Add(other);
            }
        }
        var median = Spread.Of(linkTrips).Median;
        Console.WriteLine(
            $"| {body.Length:N0} B | {Spread.Of(plainTrips).ToString("F3")} | {Spread.Of(linkTrips).ToString("F3")} | {1000 / median:N0} "
                + $"| {2e-3 * body.Length / median:N0} | {Spread.OfRatios(linkTrips, plainTrips).ToString("F2")} |");
    }

    /// <summary>Milliseconds a trip.</summary>
    private static double PlainTrips(Socket socket, byte[] body, TimeSpan time)
    {
        var clock = Stopwatch.StartNew();
        var trips = 0;
        do
        {
            PlainTrip(socket, body);
            trips++;
        } while (clock.Elapsed < time);
        return clock.Elapsed.TotalMilliseconds / trips;
    }

    private static void PlainTrip(Socket socket, byte[] body)
    {
        socket.Send(BitConverter.GetBytes(body.Length));
        socket.Send(body);
        ReceiveAll(socket, body);
    }

    private static bool ReceiveAll(Socket socket, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = socket.Receive(buffer, SocketFlags.None, out var error);
            if (count == 0 || error != SocketError.Success)
            {
                return false;
            }
            buffer = buffer[count..];
        }
        return true;
    }

    private static Socket Connect(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(IPAddress.Loopback, port);
        return socket;
    }

    private static Process StartPeer(int port, string? tls) => Process.Start(new ProcessStartInfo
    {
        FileName = OtherProcess.ThisProgram,
        Arguments = $"link --peer {port} {tls}",
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    /// <summary>The other process: sends back whatever comes, until its standard input ends.</summary>
    private static void RunPeer(int parentPort, string? tls)
    {
        using var link = new LinkEnd("there", "here", tls) { Echoes = true };
        link.Connect(parentPort);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        Console.WriteLine($"{((IPEndPoint)listener.LocalEndpoint).Port} {link.Port}");
        using var socket = listener.AcceptSocket();
        socket.NoDelay = true;
        var echo = new Thread(() => EchoPlain(socket));
        echo.Start();
        Console.In.ReadToEnd();
        socket.Close();
        echo.Join();
    }

    private static void EchoPlain(Socket socket)
    {
        var buffer = Array.Empty<byte>();
        var length = new byte[sizeof(int)];
        while (ReceiveAll(socket, length))
        {
            var size = BitConverter.ToInt32(length);
            buffer = buffer.Length == size ? buffer : new byte[size];
            ReceiveAll(socket, buffer);
            socket.Send(buffer);
        }
    }

    /// <summary>A node of two: a listener, a channel to the other, and one buffer that everything is received into.</summary>
    private sealed class LinkEnd(string name, string other, string? tls) : ITensorSink, IDisposable
    {
        private readonly SemaphoreSlim _done = new(0);
        private readonly LinkSettings _self = new()
        {
            Name = name,
            Tls = NodeTls.Of(tls is null ? null : NodeCertificates.Load(tls), Console.Error.WriteLine),
        };
        private TensorListener? _listener;
        private TensorChannel? _channel;
        private byte[] _buffer = [];
        private Stopwatch _clock = new();
        private TimeSpan _time;
        private int _trips;

        public bool Echoes { get; init; }

        public int Port => (_listener ??= new TensorListener(_self, new IPEndPoint(IPAddress.Loopback, 0), this)).EndPoint.Port;

        public void Connect(int port) => _channel = new TensorChannel(_self, other, "127.0.0.1", port);

        /// <summary>Milliseconds a trip. The thread that reads an answer sends the next frame, as plain TCP's does.</summary>
        public double Trips(byte[] body, TimeSpan time)
        {
            (_time, _trips, _clock) = (time, 0, Stopwatch.StartNew());
            _channel!.Send(new FrameHeader { Kind = FrameKind.Part }, body);
            if (!_done.Wait(time + TimeSpan.FromSeconds(10)))
            {
                throw new TimeoutException($"no answer in 10 s: {_channel.Status}");
            }
            return _clock.Elapsed.TotalMilliseconds / _trips;
        }

        public bool Accept(string from, in FrameHeader header, out Memory<byte> body)
        {
            _buffer = _buffer.Length == header.Length ? _buffer : new byte[header.Length];
            body = _buffer;
            return true;
        }

        public void Arrived(string from, in FrameHeader header, Memory<byte> body)
        {
            _trips++;
            if (Echoes || _clock.Elapsed < _time)
            {
                _channel!.Send(header with { Hash = 0 }, body);
            }
            else
            {
                _done.Release();
            }
        }

        public void Lost(string from, in FrameHeader header, Memory<byte> body)
        {
        }

        public void Dispose()
        {
            _channel?.Dispose();
            _listener?.Dispose();
            _done.Dispose();
        }
    }
}
