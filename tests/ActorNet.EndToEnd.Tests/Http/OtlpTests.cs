using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorNet.Cli.Http;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>Metrics are pushed to a collector, and one that is not there is told of.</summary>
public sealed class OtlpTests
{
    [Fact]
    public async Task A_collector_gets_the_metrics_at_the_end_too()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        var pushed = TakeAsync(collector);
        await using (Endpoint(collector.LocalEndpoint, _ => { }, TestEndpoint.Patience))
        {
        }

        var request = await pushed.WaitAsync(TestEndpoint.Patience);
        Assert.StartsWith("POST /v1/metrics HTTP/1.1\r\n", request, StringComparison.Ordinal);
        Assert.Contains("actornet.ready", request, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_not_there_is_told_of_once()
    {
        // Bound but not listened on: whoever connects is refused.
        using var nobody = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        nobody.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var warnings = new List<string>();
        await using (Endpoint(nobody.LocalEndPoint!, warnings.Add, TestEndpoint.Patience))
        {
        }

        Assert.Contains($"http://{nobody.LocalEndPoint}", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_is_silent_does_not_keep_the_process()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var endpoint = Endpoint(silent.LocalEndpoint, _ => { }, TimeSpan.FromMilliseconds(100));
        var watch = Stopwatch.StartNew();
        await endpoint.DisposeAsync();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 3);
    }

    private static NodeEndpoint Endpoint(EndPoint collector, Action<string> warn, TimeSpan lastPush)
    {
        var endpoint = new NodeEndpoint(new HttpOptions { Otlp = new Uri($"http://{collector}") }, warn) { LastPush = lastPush };
        endpoint.Serve(new WatchedRun());
        return endpoint;
    }

    /// <summary>Takes one request, as far as its body has come with its head or after it, and answers that all is well.</summary>
    private static async Task<string> TakeAsync(TcpListener collector)
    {
        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        using var client = await collector.AcceptTcpClientAsync(deadline.Token);
        var (text, block) = (new StringBuilder(), new byte[65_536]);
        while (!text.ToString().Contains("actornet.ready", StringComparison.Ordinal) && await client.GetStream().ReadAsync(block, deadline.Token) is var count and > 0)
        {
            text.Append(Encoding.ASCII.GetString(block, 0, count));
        }

        await client.GetStream().WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"u8.ToArray(), deadline.Token);
        return text.ToString();
    }
}
