using System.Diagnostics;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Shards;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Data.Shards;

public sealed class ShardedDataSetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_set_comes_back_bit_for_bit()
    {
        foreach (var (set, i) in ShardSets.EveryKind(23).Select((set, i) => (set, i)))
        {
            var sharded = ShardSets.Write(set, _folder, shards: 8, name: $"kind {i}");
            Assert.Equal((set.Name, set.Task, set.Count, set.InputSize, set.TargetSize), (sharded.Name, sharded.Task, sharded.Count, sharded.InputSize, sharded.TargetSize));
            Assert.Equal((set.Image, set.HasBytes, 8), (sharded.Image, sharded.HasBytes, sharded.Shards));
            for (var sample = 0; sample < set.Count; sample++)
            {
                AssertSame(set.Sample(sample), sharded.Sample(sample));
            }
        }
    }

    [Fact]
    public void Samples_are_shuffled_once_by_the_seed_when_they_are_written()
    {
        var set = ShardSets.Images(100);
        var permutation = Enumerable.Range(0, 100).ToArray();
        new RandomStream(9, RandomPurpose.SetPermutation).Shuffle(permutation);

        var sharded = ShardSets.Write(set, _folder, shards: 16, seed: 9);

        Assert.Equal(9UL, sharded.Folder.Manifest.ShuffleSeed);
        Assert.Equal([20, 20, 20, 20, 20], sharded.PerClass);
        for (var i = 0; i < 100; i++)
        {
            AssertSame(set.Sample(permutation[i]), sharded.Sample(i));
        }
    }

    /// <summary>A slice's reader gives the samples of the plan, over the ends of shards and epochs, and after any jump.</summary>
    [Fact]
    public void A_slice_reads_what_the_plan_says() => (
        from slices in Gen.Int[0, 2].Select(power => 1 << power)
        from perSlice in Gen.Int[0, 2].Select(power => 1 << power)
        from samples in Gen.Int[slices * perSlice, 60]
        from kept in Gen.Int[1, samples]
        from jumps in Gen.Int[0, 1000].Array[8]
        select (slices, shards: slices * perSlice, samples, kept, jumps)).Sample(any =>
    {
        var set = ShardSets.Images(any.samples);
        var data = ShardSets.Write(set, _folder, any.shards, name: Guid.NewGuid().ToString("N")).Slice(0, any.kept);
        var order = data.CreateOrder(any.slices, seed: 5);
        for (var slice = 0; slice < any.slices && order.SliceSamples(slice) > 0; slice++)
        {
            var reader = data.OpenSlice(order, slice);
            var walk = Enumerable.Range(0, 2 * order.SliceSamples(slice)).Concat(any.jumps);
            foreach (var (epoch, draw) in walk.Select(k => (1 + k / order.SliceSamples(slice) % 3, k % order.SliceSamples(slice))))
            {
                var samples = new int[order.SliceSamples(slice)];
                order.Write(epoch, slice, samples);
                var (inputs, targets) = (new float[12], new float[5]);
                Assert.Equal(samples[draw], reader.Seek(epoch, draw));
                reader.Read(inputs, targets);
                AssertSame(set.Sample(samples[draw]), (inputs, targets));
            }
        }
    }, iter: 40, threads: 1);

    [Fact]
    public void The_hash_is_that_of_the_content_wherever_it_lies_and_whatever_it_is_called()
    {
        var here = ShardSets.Write(ShardSets.Images(40), _folder, 8, seed: 1, name: "here");
        Assert.Equal(here.Hash, ShardSets.Write(ShardSets.Images(40, "other"), _folder, 8, seed: 1, name: "there").Hash);
        var hashes = new[]
        {
            here.Hash,
            ShardSets.Write(ShardSets.Images(40), _folder, 4, seed: 1, name: "fewer").Hash,
            ShardSets.Write(ShardSets.Images(40), _folder, 8, seed: 2, name: "reseeded").Hash,
            ShardSets.Write(ShardSets.Images(41), _folder, 8, seed: 1, name: "more").Hash,
            here.Slice(0, 30).Hash,
        };
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }

    [Fact]
    public void What_a_folder_lacks_is_an_error_only_when_it_is_wanted()
    {
        var whole = ShardSets.Write(ShardSets.Images(40), _folder, 8);
        Assert.Equal([1, 5], whole.ShardsOf(slice: 1, slices: 4));
        foreach (var shard in Enumerable.Range(0, 8).Except([1, 5]))
        {
            File.Delete(FileOf(whole, shard).FullName);
        }

        var part = ShardedDataSet.Open(_folder["part"]);
        Assert.Equal(whole.Hash, part.Hash);
        Assert.Equal([false, true, false, false], Enumerable.Range(0, 4).Select(slice => part.Holds(slice, 4)));
        var order = part.CreateOrder(4, seed: 1);
        var reader = part.OpenSlice(order, 1);
        for (var draw = 0; draw < order.SliceSamples(1); draw++)
        {
            AssertSame(ShardSets.Images(40).Sample(reader.Seek(1, draw)), ReadFrom(reader));
        }

        var absent = part.OpenSlice(order, 2);
        absent.Seek(1, 0);
        var missing = Assert.Throws<MissingShardException>(() => ReadFrom(absent));
        Assert.Equal(2, missing.Shard % 4);
        Assert.Contains("inputs-0000", missing.Message, StringComparison.Ordinal);
        Assert.Equal(3, Assert.Throws<MissingShardException>(() => part.Sample(11)).Shard);
    }

    /// <summary>A shard that has come in the meantime is read at the next try.</summary>
    [Fact]
    public void A_shard_that_arrives_later_is_read()
    {
        var data = ShardSets.Write(ShardSets.Images(40), _folder, 4);
        var file = FileOf(data, 2);
        File.Move(file.FullName, _folder["aside"]);
        var reader = data.OpenSlice(data.CreateOrder(4, seed: 1), 2);
        var sample = reader.Seek(1, 0);
        Assert.Throws<MissingShardException>(() => ReadFrom(reader));
        File.Move(_folder["aside"], file.FullName);
        AssertSame(ShardSets.Images(40).Sample(sample), ReadFrom(reader));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Damage_is_an_error_that_names_the_file_and_what_to_do(bool bySlice)
    {
        Break("truncated", file => file.SetLength(file.Length - 1), "bytes");
        Break("longer", file => file.SetLength(file.Length + 1), "bytes");
        Break("flipped", file => Flip(file, file.Length - 1), "SHA-256");
        Break("flipped head", file => Flip(file, 20), "SHA-256");

        void Break(string name, Action<FileStream> change, string how)
        {
            var data = ShardSets.Write(ShardSets.Images(40), _folder, 4, name: name + bySlice);
            using (var file = FileOf(data, 2).Open(FileMode.Open, FileAccess.ReadWrite))
            {
                change(file);
            }

            var error = Assert.Throws<ShardException>(() => ReadOne(data, 2, bySlice));
            Assert.Contains(FileOf(data, 2).FullName, error.Message, StringComparison.Ordinal);
            Assert.Contains(how, error.Message, StringComparison.Ordinal);
            Assert.Contains("actornet data shard", error.Message, StringComparison.Ordinal);
            ReadOne(data, 1, bySlice);
        }
    }

    /// <summary>A file is verified once; when it has changed since, it is verified again.</summary>
    [Fact]
    public void A_file_that_changes_after_it_was_verified_is_found_out()
    {
        var data = ShardSets.Write(ShardSets.Images(40), _folder, 4);
        ReadOne(data, 2, bySlice: true);
        using (var file = FileOf(data, 2).Open(FileMode.Open, FileAccess.ReadWrite))
        {
            Flip(file, file.Length - 1);
        }

        File.SetLastWriteTimeUtc(FileOf(data, 2).FullName, DateTime.UtcNow.AddHours(1));
        Assert.Throws<ShardException>(() => ReadOne(data, 2, bySlice: true));
    }

    /// <summary>A file whose hash is right may still not be what the manifest says.</summary>
    [Fact]
    public void A_label_that_is_no_class_is_found_out()
    {
        var data = ShardSets.Write(ShardSets.Images(40), _folder, 4);
        var fewer = data.Folder.Manifest with { TargetSize = 3 };
        File.WriteAllBytes(Path.Combine(_folder["part"], ShardManifest.FileName), fewer.ToJson());
        // Another process would not have seen the files; this one has verified none so far.
        var error = Assert.Throws<ShardException>(() => ReadOne(ShardedDataSet.Open(_folder["part"]), 2, bySlice: true));
        Assert.Contains("label", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"schema\": 1", "\"schema\": 2", "newer ActorNet")]
    [InlineData("\"count\": 40", "\"count\": 41", "shard 0")]
    [InlineData("\"dtype\": \"uint8\"", "\"dtype\": \"int8\"", "int8")]
    [InlineData("inputs-00001.npy", "../../secret.npy", "secret")]
    [InlineData("\"classification\"", "\"regression\"", "uint8")]
    [InlineData("\"shape\": [", "\"shape\": [ 2000000000, 2000000000,", "sizes")]
    [InlineData("{\n  \"schema\"", "{\n  \"schema", "dataset.json")]
    public void A_manifest_that_cannot_be_is_refused(string old, string changed, string word)
    {
        ShardSets.Write(ShardSets.Images(40), _folder, 4);
        var path = Path.Combine(_folder["part"], ShardManifest.FileName);
        var text = File.ReadAllText(path);
        var at = text.IndexOf(old, StringComparison.Ordinal);
        Assert.True(at >= 0, $"there is no {old} in {text}");
        File.WriteAllText(path, text[..at] + changed + text[(at + old.Length)..]);
        var error = Assert.Throws<ActorNetException>(() => ShardedDataSet.Open(_folder["part"]));
        Assert.Contains(word, error.Message, StringComparison.Ordinal);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_appears_whole_or_not_at_all()
    {
        using var stop = new CancellationTokenSource();
        var pair = new DataSetPair(ShardSets.Images(200), ShardSets.Images(20));
        Assert.Throws<OperationCanceledException>(() => ShardedFolder.Create(pair, _folder["set"], 8, 1, (_, done) => stop.Cancel(), stop.Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));

        ShardedFolder.Create(pair, _folder["set"], 8, 1);
        Assert.Equal([_folder["set"]], Directory.EnumerateFileSystemEntries(_folder.Path));
        Assert.Contains("exists already", Assert.Throws<ActorNetException>(() => ShardedFolder.Create(pair, _folder["set"], 8, 1)).Message, StringComparison.Ordinal);
        var opened = DataSets.Open(_folder["set"]);
        Assert.Equal((200, 8, 20, 1), (opened.Training.Count, opened.Training.Shards, opened.Test.Count, opened.Test.Shards));
        Assert.Equal((200, 0), (DataSets.Open(Path.Combine(_folder["set"], "training")).Training.Count, DataSets.Open(Path.Combine(_folder["set"], "training")).Test.Count));
        AssertSame(pair.Test.Sample(7), opened.Test.Sample(7));
        File.WriteAllText(_folder["file"], "");
        Assert.Throws<ActorNetException>(() => ShardedFolder.Create(pair, Path.Combine(_folder["file"], "below"), 8, 1));
    }

    [SkippableFact]
    public void A_full_disk_is_said_and_leaves_nothing()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a small disk");
        var disk = Directory.CreateDirectory(_folder["disk"]).FullName;
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk).Ok, "mounting is not allowed here");
        try
        {
            var set = ShardSets.Images(50_000);
            var error = Assert.Throws<ActorNetException>(() => ShardedFolder.Create(new DataSetPair(set, set), Path.Combine(disk, "set"), 8, 1));
            Assert.Contains("Make room", error.Message, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(disk));
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Theory]
    [InlineData(100, 12, 64)]
    [InlineData(33, 12, 32)]
    [InlineData(1, 12, 1)]
    [InlineData(10_000_000, 12, 64)]
    [InlineData(60_000, 784, 64)]
    [InlineData(5_000_000, 784, 512)]
    [InlineData(20_000_000, 784, 1024)]
    [InlineData(200_000_000, 784, 4096)]
    public void Shards_are_as_many_as_training_likes(int samples, int pixels, int shards)
    {
        var set = new Blank(samples, pixels);
        Assert.Equal(shards, ShardWriter.DefaultShards(set));
        ShardWriter.Check(set, shards);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-4)]
    [InlineData(48)]
    [InlineData(128)]
    public void Other_numbers_of_shards_are_refused(int shards) =>
        Assert.Contains("64 would do", Assert.Throws<ActorNetException>(() => ShardWriter.Check(ShardSets.Images(100), shards)).Message, StringComparison.Ordinal);

    [Fact]
    public void Shards_of_more_than_64_MB_are_refused() =>
        Assert.Contains("MB", Assert.Throws<ActorNetException>(() => ShardWriter.Check(new Blank(5_000_000, 784), 32)).Message, StringComparison.Ordinal);

    [Fact]
    public void Slices_that_cannot_share_the_shards_are_refused_by_name()
    {
        var data = ShardSets.Write(ShardSets.Images(40), _folder, 4);
        var job = new JobSpec { Model = Core.Models.ModelSpec.Dense([12, 5]), BatchSize = 10, Slices = 8 };
        Assert.Contains("4 shards", Assert.Throws<ActorNetException>(() => new TrainingSetup(job, data)).Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void NumPy_opens_the_files()
    {
        const string python = "/usr/bin/python3";
        Skip.IfNot(File.Exists(python) && Run(python, "-c", "import numpy").Ok, "there is no Python with NumPy here");
        foreach (var (set, i) in ShardSets.EveryKind(23).Select((set, i) => (set, i)))
        {
            var sharded = ShardSets.Write(set, _folder, shards: 4, name: $"kind {i}");
            var (ok, output) = Run(python, "-c", $"""
                import numpy, json
                folder = {System.Text.Json.JsonSerializer.Serialize(_folder[$"kind {i}"])}
                about = json.load(open(folder + "/dataset.json"))
                for shard in about["shards"]:
                    x, t = (numpy.load(folder + "/" + shard[part]["name"]) for part in ("inputs", "targets"))
                    assert x.shape == (shard["count"], *about["shape"]) and x.dtype == about["dtype"], x.shape
                    assert len(t) == len(x) and t.dtype == about["targetDtype"] and t.ndim == (1 if about["task"] == "classification" else 2)
                scale = numpy.float32(1) / numpy.float32(255) if about["scaling"] == "1/255" else numpy.float32(1)
                print(*(x[1].reshape(-1).astype("f4") * scale).view("u4"))
                """);
            Assert.True(ok, output);
            // The last shard is 3 of 4: its row 1 is sample 7.
            Assert.Equal(set.Sample(7).Inputs.Select(BitConverter.SingleToUInt32Bits), output.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(uint.Parse));
        }
    }

    [Fact]
    public void Reading_allocates_nothing_but_at_a_change_of_shards()
    {
        var data = ShardSets.Write(ShardSets.Images(4000), _folder, 4);
        var reader = data.OpenSlice(data.CreateOrder(2, seed: 1), 0);
        var (inputs, targets) = (new float[12], new float[5]);
        reader.Seek(1, 0);
        reader.Read(inputs, targets);
        data.Read(5, inputs, targets);
        data.Read(5, inputs, targets);
        // A lock that is waited for makes garbage once, so that the least of some spans counts: what a sample allocates is in each of them.
        var least = Enumerable.Range(0, 3).Min(span =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var draw = (300 * span) + 1; draw < 300 * (span + 1); draw++)
            {
                reader.Seek(1, draw);
                reader.Read(inputs, targets);
                data.Read(5, inputs, targets);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.Equal(0, least);
    }

    private static (float[] Inputs, float[] Targets) ReadFrom(SliceReader reader)
    {
        var sample = (Inputs: new float[12], Targets: new float[5]);
        reader.Read(sample.Inputs, sample.Targets);
        return sample;
    }

    private static void ReadOne(ShardedDataSet data, int shard, bool bySlice)
    {
        if (!bySlice)
        {
            data.Sample(shard);
            return;
        }

        var reader = data.OpenSlice(data.CreateOrder(4, seed: 1), shard);
        reader.Seek(1, 0);
        ReadFrom(reader);
    }

    private static FileInfo FileOf(ShardedDataSet data, int shard) => new(data.Folder.PathOf(data.Folder.Manifest.Shards[shard].Inputs));

    private static void Flip(FileStream file, long position)
    {
        file.Position = position;
        var old = file.ReadByte();
        file.Position = position;
        file.WriteByte((byte)(old ^ 1));
    }

    private static void AssertSame((float[] Inputs, float[] Targets) expected, (float[] Inputs, float[] Targets) actual)
    {
        Assert.Equal(expected.Inputs, actual.Inputs);
        Assert.Equal(expected.Targets, actual.Targets);
    }

    private static (bool Ok, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(60_000), $"{program} did not end within 60 s");
        return (process.ExitCode == 0, output + error.GetAwaiter().GetResult());
    }

    /// <summary>Many black images that take no memory.</summary>
    private sealed class Blank(int count, int pixels) : DataSet
    {
        public override string Name => "blank";

        public override TaskKind Task => TaskKind.Classification;

        public override int Count => count;

        public override int InputSize => pixels;

        public override int TargetSize => 10;

        public override string Hash => HashOf($"blank {count}");

        internal override bool HasBytes => true;

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            CheckRead(index, inputs.Length, targets.Length);
            inputs.Clear();
            targets.Clear();
            targets[0] = 1;
        }
    }
}
