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

    [Fact]
    public void What_is_damaged_in_the_cache_is_taken_away_to_come_anew()
    {
        using var cache = Open();
        SendAll(cache, _source);
        var (cut, flipped) = (_source.Folder.Manifest.Shards[1].Inputs, _source.Folder.Manifest.Shards[2].Targets);
        File.WriteAllBytes(cache.Data.Folder.PathOf(cut), File.ReadAllBytes(cache.Data.Folder.PathOf(cut))[..^1]);
        var bytes = File.ReadAllBytes(cache.Data.Folder.PathOf(flipped));
        bytes[^1] ^= 1;
        File.WriteAllBytes(cache.Data.Folder.PathOf(flipped), bytes);
        Assert.Equal(cut, Assert.Single(cache.Missing(1)));
        Assert.Empty(cache.Missing(2));
        cache.DeleteDamaged(2);
        Assert.Equal(flipped, Assert.Single(cache.Missing(2)));
        SendAll(cache, _source);
        Assert.All(Enumerable.Range(0, 100), i => Assert.Equal(_source.Sample(i).Inputs, cache.Data.Sample(i).Inputs));
    }

    [Fact]
    public void For_room_the_set_goes_that_nobody_used_for_longest()
    {
        ShardedDataSet[] sets = [.. Enumerable.Range(0, 3).Select(i => ShardSets.Write(ShardSets.Images(100 + i), _folder, 4, name: $"set{i}"))];
        foreach (var set in sets)
        {
            using var old = ShardCache.Open(set.Folder.Manifest, _folder["cache"]);
            SendAll(old, set);
        }

        // The first is in use, the third was used before the second.
        using var used = ShardCache.Open(sets[0].Folder.Manifest, _folder["cache"]);
        File.SetLastWriteTimeUtc(Path.Combine(_folder["cache"], $"{sets[2].Hash}.lock"), DateTime.UtcNow.AddDays(-2));
        File.SetLastWriteTimeUtc(Path.Combine(_folder["cache"], $"{sets[1].Hash}.lock"), DateTime.UtcNow.AddDays(-1));
        var size = new DirectoryInfo(_folder["cache"]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
        using var cache = ShardCache.Open(_source.Folder.Manifest, _folder["cache"], size);
        cache.MakeRoom(1000);
        Assert.Equal([sets[0].Hash, sets[1].Hash, _source.Hash], Sets());
        cache.MakeRoom(size / 2);
        Assert.Equal([sets[0].Hash, _source.Hash], Sets());
        var full = Assert.Throws<ActorNetException>(() => cache.MakeRoom(size));
        Assert.Contains(_folder["cache"], full.Message, StringComparison.Ordinal);
        Assert.Contains("--shard-cache-limit", full.Message, StringComparison.Ordinal);
        Assert.Equal([sets[0].Hash, _source.Hash], Sets());
        Assert.True(used.Data.Holds(0, 4));

        IEnumerable<string> Sets() =>
            ((ShardedDataSet[])[.. sets, _source]).Select(set => set.Hash).Where(hash => Directory.Exists(Path.Combine(_folder["cache"], hash)));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_an_error_that_names_it()
    {
        File.WriteAllText(_folder["cache"], "");
        Assert.Contains(_folder["cache"], Assert.Throws<ActorNetException>(Open).Message, StringComparison.Ordinal);
    }

    private static void SendAll(ShardCache cache, ShardedDataSet source)
    {
        foreach (var file in Enumerable.Range(0, source.Shards).SelectMany(cache.Missing).ToArray())
        {
            Send(cache, file, File.ReadAllBytes(source.Folder.PathOf(file)), piece: 1000);
        }
    }

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
