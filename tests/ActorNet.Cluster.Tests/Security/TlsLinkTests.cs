using System.Net;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Tests.Transfer;
using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Security;

/// <summary>The tensor link in mutual TLS: what is sent arrives, and who is not of the cluster is refused by name.</summary>
[Collection(nameof(Alone))]
public sealed class TlsLinkTests : IDisposable
{
    private readonly TestCertificates _ours = new();
    private readonly TestCertificates _theirs = new();
    private readonly Warnings _accepting = new();
    private readonly Warnings _calling = new();
    private readonly RecordingSink _sink = new();
    private readonly TensorListener _listener;

    public TlsLinkTests() => _listener = new TensorListener(Settings("receiver", _ours.Node("127.0.0.1"), _accepting), new IPEndPoint(IPAddress.Loopback, 0), _sink);

    public void Dispose()
    {
        _listener.Dispose();
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(16_384)]
    [InlineData(131_072)]
    [InlineData(600_001)]
    [InlineData(9_000_000)]
    public void Frames_of_all_sizes_arrive(int length)
    {
        using var channel = Open(_ours.Node("127.0.0.1"));
        var body = LinkPair.Body(length);
        channel.Send(LinkPair.Part(1), body);
        var small = LinkPair.Body(100, step: 2);
        channel.Send(LinkPair.Part(2, partition: 1), small);
        Arrived(2);
        Assert.Equal(body, _sink.Arrived.Single(frame => frame.Header.Step == 1).Body);
        Assert.Equal(small, _sink.Arrived.Single(frame => frame.Header.Step == 2).Body);
        Assert.Empty(_accepting.All);
    }

    [Fact]
    public void A_connection_that_broke_goes_on()
    {
        var changes = new Changes();
        using var channel = Open(_ours.Node("127.0.0.1"), changes);
        for (var step = 1; step <= 5; step++)
        {
            channel.Send(LinkPair.Part(step), LinkPair.Body(700_000, step));
            Arrived(step);
            _listener.Drop("sender");
            changes.Await(LinkEvent.Lost, step);
        }

        Assert.Equal([1, 2, 3, 4, 5], _sink.Arrived.Select(frame => (int)frame.Header.Step));
    }

    [Fact]
    public void Who_has_no_TLS_is_refused()
    {
        using (var plain = Open(null))
        {
            _accepting.Await("does not speak TLS");
        }

        OthersGoOn();
    }

    [Fact]
    public void Another_authoritys_certificate_is_refused_by_both()
    {
        using (var strange = Open(_theirs.Node("127.0.0.1")))
        {
            _calling.Await("was signed by CN=ActorNet authority");
            _accepting.Await("was signed by CN=ActorNet authority");
        }

        OthersGoOn();
    }

    [Fact]
    public void A_certificate_that_has_ended_is_refused()
    {
        using (var old = Open(_ours.Ended()))
        {
            _accepting.Await("has ended on");
        }

        OthersGoOn();
    }

    [Fact]
    public void A_watchers_certificate_is_refused()
    {
        using (var watcher = Open(_ours.Watcher()))
        {
            _accepting.Await("CN=watcher, which is for watching alone");
        }

        OthersGoOn();
    }

    [Fact]
    public void A_host_that_its_certificate_does_not_name_is_refused_unless_any_will_do()
    {
        using var elsewhere = new TensorListener(Settings("receiver", _ours.Node("elsewhere.example"), _accepting), new IPEndPoint(IPAddress.Loopback, 0), _sink);
        using (var careful = Open(_ours.Node("127.0.0.1"), port: elsewhere.EndPoint.Port))
        {
            _calling.Await("which is for elsewhere.example, not for 127.0.0.1");
        }

        using var careless = Open(NodeCertificates.Load(_ours.Issue("any", watches: false, "127.0.0.1"), anyHost: true), port: elsewhere.EndPoint.Port);
        careless.Send(LinkPair.Part(1), LinkPair.Body(10));
        Arrived(1);
    }

    [Fact]
    public void One_peer_is_told_of_once_a_minute()
    {
        var tls = new NodeTls(_ours.Node("a"), _accepting.Add);
        for (var port = 1; port <= 20; port++)
        {
            tls.Tell($"10.0.0.5:{port}", "shows no certificate");
        }

        tls.Tell("10.0.0.6:1", "shows no certificate");
        Assert.Equal(["10.0.0.5:1 is refused, it shows no certificate", "10.0.0.6:1 is refused, it shows no certificate"], _accepting.All);
    }

    private void OthersGoOn()
    {
        using var good = Open(_ours.Node("127.0.0.1"));
        good.Send(LinkPair.Part(1), LinkPair.Body(1000));
        Arrived(1);
    }

    private void Arrived(int count) => _sink.Await(frames => frames.Count >= count, $"{count} frames");

    private TensorChannel Open(NodeCertificates? certificates, Changes? changes = null, int? port = null) => new(
        Settings("sender", certificates, _calling), "receiver", "127.0.0.1", port ?? _listener.EndPoint.Port, changes is null ? null : changes.Add);

    private static LinkSettings Settings(string name, NodeCertificates? certificates, Warnings warnings) =>
        new() { Name = name, Tls = NodeTls.Of(certificates, warnings.Add) };

    private sealed class Warnings
    {
        private readonly Waiting _waiting = new();
        private readonly List<string> _all = [];

        public IReadOnlyList<string> All => _waiting.Get(() => _all.ToList());

        public void Add(string warning) => _waiting.Do(() => _all.Add(warning));

        public void Await(string words) => _waiting.Until(() => _all.Any(warning => warning.Contains(words, StringComparison.Ordinal)), $"a warning with «{words}»");
    }
}
