using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Whether processes of one machine find the short way, and the long one where it is closed.</summary>
public sealed class LocalSocketTests
{
    [SkippableTheory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("127.0.0.1", "localhost")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("0.0.0.0", "own")]
    [InlineData("own", "own")]
    [InlineData("::", "127.0.0.1")]
    [InlineData("::1", "::1")]
    public void Between_processes_of_one_machine_nothing_goes_over_TCP(string listen, string called)
    {
        SkipWithoutNames();
        Skip.If(listen.Contains(':', StringComparison.Ordinal) && !Socket.OSSupportsIPv6, "no IPv6 here");
        using var pair = new LinkPair(address: IPAddress.Parse(Address(listen)));
        pair.Open(host: Address(called)).Send(LinkPair.Part(1), LinkPair.Body(3_000_000));
        pair.Sink.Await(arrived => arrived.Count == 1, "the frame");
        Assert.True(LinkPair.Body(3_000_000).AsSpan().SequenceEqual(pair.Sink.Arrived[0].Body));
        Assert.DoesNotContain(IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections(), one => one.LocalEndPoint.Port == pair.Listener.EndPoint.Port);
    }

    /// <summary>Two nodes with one port and two addresses have names of their own.</summary>
    [SkippableFact]
    public void A_name_has_the_address_too()
    {
        SkipWithoutNames();
        using var one = new LinkPair();
        var port = one.Listener.EndPoint.Port;
        using var other = new TensorListener(LinkPair.Settings("other"), new IPEndPoint(IPAddress.Parse("127.0.0.2"), port), one.Sink);
        one.Open("a").Send(LinkPair.Part(1), LinkPair.Body(1000));
        one.Open("b", host: "127.0.0.2", peer: "other").Send(LinkPair.Part(2), LinkPair.Body(1000));
        one.Sink.Await(arrived => arrived.Count == 2, "both frames");
        Assert.Equal(["b"], other.Connections.Select(connection => connection.Peer));
    }

    /// <summary>Another process has taken the name, and does not answer.</summary>
    [SkippableFact]
    public void Where_the_short_way_is_closed_TCP_is_taken()
    {
        SkipWithoutNames();
        int port;
        using (var former = new LinkPair())
        {
            port = former.Listener.EndPoint.Port;
        }
        using var thief = LocalSocket.Listen(new IPEndPoint(IPAddress.Loopback, port));
        Assert.NotNull(thief);
        var sink = new RecordingSink();
        using var listener = new TensorListener(LinkPair.Settings(LinkPair.Receiver), new IPEndPoint(IPAddress.Loopback, port), sink);
        var patience = LinkPair.Settings("sender") with { HandshakeDeadline = TimeSpan.FromMilliseconds(500) };
        using var channel = new TensorChannel(patience, LinkPair.Receiver, "127.0.0.1", port);
        channel.Send(LinkPair.Part(1), LinkPair.Body(1000));
        sink.Await(arrived => arrived.Count == 1, "the frame, over TCP");
    }

    /// <summary>A listener that was closed leaves nothing behind: the next one of that port has the name.</summary>
    [SkippableFact]
    public void A_name_is_free_when_its_listener_is_closed()
    {
        SkipWithoutNames();
        for (var (i, port) = (0, 0); i < 3; i++)
        {
            var sink = new RecordingSink();
            using var listener = new TensorListener(LinkPair.Settings(LinkPair.Receiver), new IPEndPoint(IPAddress.Loopback, port), sink);
            port = listener.EndPoint.Port;
            using var local = LocalSocket.Call(listener.EndPoint);
            Assert.NotNull(local);
        }
    }

    private static void SkipWithoutNames() => Skip.IfNot(OperatingSystem.IsLinux(), "only Linux has abstract names of sockets");

    private static string Address(string text)
    {
        if (text != "own")
        {
            return text;
        }
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.OperationalStatus == OperationalStatus.Up)
            .SelectMany(one => one.GetIPProperties().UnicastAddresses)
            .Select(one => one.Address)
            .FirstOrDefault(address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
        Skip.If(own is null, "this machine has no address but that of itself");
        return own!.ToString();
    }
}
