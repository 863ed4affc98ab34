using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Data.Shards;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Shards on their way from one node's folder into another's cache, over real connections.</summary>
public sealed class ShardTransferTests : TestKit
{
    private const int Slices = 4;
    private static readonly byte[] _secret = "not to be guessed by anybody"u8.ToArray();
    private readonly TemporaryFolder _folder = new();
    private readonly ShardedDataSet _source;
    private readonly TestProbe _agent;

    public ShardTransferTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        var set = Path.Combine(_folder.Path, "set");
        Directory.CreateDirectory(set);
        ShardWriter.Write(TestJobs.Points(20_003), set, 8, null);
        _source = ShardedDataSet.Open(set);
        _agent = CreateTestProbe("agent");
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _folder.Dispose();
    }

    [Fact]
    public void Wanted_slices_come_whole_and_the_next_time_nothing_does()
    {
        using var server = Serve();
        using (var fetcher = Fetcher(server.Source))
        {
            fetcher.Fetch([2, 0], _agent);
            var news = Held(0, 2);
            Assert.Equal((4, BytesOf(0) + BytesOf(2)), (news.Shards, news.Bytes));
            Assert.Equal(news.Bytes, server.SentBytes);
            fetcher.Fetch([1], _agent);
            Held(0, 1, 2);
        }

        using var again = Fetcher(server.Source);
        again.Fetch([1, 2], _agent);
        Assert.Equal(0, Held(1, 2).Shards);
        Assert.Equal(BytesOf(0) + BytesOf(1) + BytesOf(2), server.SentBytes);
    }

    [Fact]
    public void What_is_lost_to_damage_comes_again_and_nothing_else()
    {
        using var server = Serve();
        using var fetcher = Fetcher(server.Source);
        fetcher.Fetch([1], _agent);
        Held(1);
        var file = _source.Folder.Manifest.Shards[5].Inputs;
        var path = Directory.GetFiles(Path.Combine(_folder.Path, "cache"), file.Name, SearchOption.AllDirectories).Single();
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        var sent = server.SentBytes;

        fetcher.Lose(1);
        Held();
        Held(1);
        Assert.Equal(File.ReadAllBytes(_source.Folder.PathOf(file)), File.ReadAllBytes(path));
        Assert.Equal(file.Bytes, server.SentBytes - sent);
    }

    [Fact]
    public void A_file_goes_on_where_it_was_when_the_connection_broke()
    {
        using var server = Serve();
        using var download = Download(server.Source);
        var manifest = download.FetchManifest();
        Assert.Equal(_source.Hash, manifest.Hash);
        using var cache = ShardCache.Open(manifest, Path.Combine(_folder.Path, "cache"));
        var file = manifest.Shards[3].Inputs;
        var bytes = File.ReadAllBytes(_source.Folder.PathOf(file));
        using (var arrival = cache.Receive(file))
        {
            // As if it had broken after a third.
            arrival.Append(bytes.AsSpan(0, bytes.Length / 3));
            server.Cut();
            download.Fetch(file, arrival);
            arrival.Complete();
        }

        Assert.Equal(bytes.Length - bytes.Length / 3, server.SentBytes);
        Assert.DoesNotContain(file, cache.Missing(3));
    }

    [Fact]
    public void Who_does_not_know_the_secret_gets_nothing()
    {
        using var server = Serve();
        using var download = Download(server.Source, "another secret, as long as the other"u8.ToArray(), patience: TimeSpan.FromSeconds(1));
        Assert.Throws<ActorNetException>(download.FetchManifest);
        Assert.Equal(0, server.SentBytes);
    }

    /// <summary>A text longer than its message was an exception that nobody caught: it ended the process.</summary>
    [Fact]
    public void A_broken_hello_ends_its_connection_alone()
    {
        using var server = Serve();
        using (var somebody = new TcpClient("127.0.0.1", server.Source.Port) { ReceiveTimeout = 10_000 })
        {
            somebody.Client.Send([.. "ANTL"u8, 1, 0, 6, 0, 0x95, 0xDB, 0x7F, 0xFF, 0xFF, 0xFF]);
            Assert.Equal(-1, somebody.GetStream().ReadByte());
        }

        using var download = Download(server.Source);
        Assert.Equal(server.Source.Hash, download.FetchManifest().Hash);
    }

    [Fact]
    public void A_server_that_is_gone_is_trouble_after_a_while_and_names_the_address()
    {
        ShardSource source;
        using (var server = Serve())
        {
            source = server.Source;
        }

        using var download = Download(source, patience: TimeSpan.FromMilliseconds(300));
        var error = Assert.Throws<ActorNetException>(download.FetchManifest);
        Assert.Contains($"127.0.0.1:{source.Port}", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damage_at_the_source_is_told_and_no_byte_of_it_sent()
    {
        var path = _source.Folder.PathOf(_source.Folder.Manifest.Shards[6].Targets);
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        using var server = Serve();
        using var fetcher = Fetcher(server.Source);
        fetcher.Fetch([1, 2], _agent);
        Held(1);
        var news = _agent.FishForMessage<ShardFetcher.News>(news => news.Trouble is not null);
        Assert.Equal([1], news.Slices);
        Assert.Contains(path, news.Trouble, StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_cache_is_trouble_and_leaves_what_is_whole()
    {
        using var server = Serve();
        using var fetcher = Fetcher(server.Source, limit: BytesOf(0) + BytesOf(1) / 2);
        fetcher.Fetch([0, 1], _agent);
        Held(0);
        var news = _agent.FishForMessage<ShardFetcher.News>(news => news.Trouble is not null);
        Assert.Equal([0], news.Slices);
        Assert.Contains("--shard-cache-limit", news.Trouble, StringComparison.Ordinal);
    }

    private ShardServer Serve() => new(new LinkSettings { Name = "source", Secret = _secret }, new NodeOptions { Listen = new HostPort("127.0.0.1", 0), Serves = true }, _source);

    private static ShardDownload Download(ShardSource source, byte[]? secret = null, TimeSpan? patience = null) =>
        new(source, new LinkSettings { Name = "worker", Secret = secret ?? _secret }) { Patience = patience ?? TimeSpan.FromSeconds(20) };

    private ShardFetcher Fetcher(ShardSource source, long? limit = null) =>
        new(Download(source), ShardCache.Open(_source.Folder.Manifest, Path.Combine(_folder.Path, "cache"), limit), Slices);

    /// <summary>Waits until just these slices are there.</summary>
    private ShardFetcher.News Held(params int[] slices) => _agent.FishForMessage<ShardFetcher.News>(news => news.Slices.SequenceEqual(slices));

    private long BytesOf(int slice) => _source.ShardsOf(slice, Slices)
        .Select(shard => _source.Folder.Manifest.Shards[shard]).Sum(shard => shard.Inputs.Bytes + shard.Targets.Bytes);
}
