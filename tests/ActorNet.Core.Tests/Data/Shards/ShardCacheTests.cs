using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Tests.Data.Shards;

public sealed class ShardCacheTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ShardedDataSet _source;

    public ShardCacheTests() => _source = ShardSets.Write(ShardSets.Images(100), _folder, 4);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_arrive_in_pieces_and_are_then_there()
    {
        var cache = Open();
        Assert.Equal(_source.Hash, cache.Data.Hash);
        Assert.Equal(2, cache.Missing(1).Count());
        Assert.Throws<MissingShardException>(() => cache.Data.Sample(1));
        foreach (var file in cache.Missing(1))
        {
            Send(cache, file, File.ReadAllBytes(_source.Folder.PathOf(file)), piece: 100);
        }

        Assert.Empty(cache.Missing(1));
        Assert.True(cache.Data.Holds(1, 4));
        Assert.Equal(_source.Sample(41).Inputs, cache.Data.Sample(41).Inputs);
        Assert.True(Open().Data.Holds(1, 4), "another opening of the cache does not find it");
    }

    [Fact]
    public void What_is_not_the_shard_leaves_nothing()
    {
        var cache = Open();
        var file = cache.Missing(0).First();
        var bytes = File.ReadAllBytes(_source.Folder.PathOf(file));
        var flipped = bytes.ToArray();
        flipped[^1] ^= 1;
        Refuse(flipped, "SHA-256");
        Refuse(bytes[..^1], "bytes came");
        Refuse([.. bytes, 0], "bytes came");
        Assert.Equal(2, cache.Missing(0).Count());
        Assert.Equal([ShardManifest.FileName], Directory.EnumerateFiles(cache.Data.Folder.Path).Select(Path.GetFileName));

        void Refuse(byte[] wrong, string how)
        {
            var error = Assert.Throws<ActorNetException>(() => Send(cache, file, wrong, piece: 64));
            Assert.Contains(how, error.Message, StringComparison.Ordinal);
            Assert.Contains(file.Name, error.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>Several nodes of one machine may fetch the same shard at the same time.</summary>
    [Fact]
    public async Task Writers_of_the_same_shard_do_not_hurt_each_other()
    {
        var file = _source.Folder.Manifest.Shards[2].Inputs;
        var bytes = File.ReadAllBytes(_source.Folder.PathOf(file));
        using var barrier = new Barrier(4);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Factory.StartNew(() =>
        {
            var cache = Open();
            for (var i = 0; i < 20; i++)
            {
                Assert.True(barrier.SignalAndWait(TimeSpan.FromSeconds(30)), "the other writers did not come within 30 s");
                Send(cache, file, bytes, piece: 50);
                Assert.True(cache.Data.Folder.HasFile(file));
            }
        }, TaskCreationOptions.LongRunning))).WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(bytes, File.ReadAllBytes(Open().Data.Folder.PathOf(file)));
    }

    [Fact]
    public void A_manifest_comes_by_wire_as_it_is_on_disk() =>
        Assert.Equal(_source.Hash, ShardManifest.Parse(_source.Folder.Manifest.ToJson(), "the coordinator's manifest").Hash);

    private ShardCache Open() => ShardCache.Open(_source.Folder.Manifest, _folder["cache"]);

    private static void Send(ShardCache cache, ShardFile file, byte[] bytes, int piece)
    {
        using var arrival = cache.Receive(file);
        foreach (var part in bytes.Chunk(piece))
        {
            arrival.Append(part);
        }

        arrival.Complete();
    }
}
