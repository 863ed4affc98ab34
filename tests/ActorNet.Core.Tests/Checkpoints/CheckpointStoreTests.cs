using System.Text.Json;

using ActorNet.Core.Checkpoints;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private static readonly string[] _files =
        ["weights.safetensors", "optimizer.safetensors", "job.json", "progress.json", "manifest.json"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Files => new(_files);

    public static TheoryData<string> Phases => new("weights", "optimizer", "progress", "manifest", "rename");

    [Fact]
    public void Reads_back_what_was_written()
    {
        var progress = new TrainingProgress(
            12345,
            2,
            3,
            false,
            [new(1, 0.5, 0.9, 0.91, double.NaN, null, 1.25), new(2, double.PositiveInfinity, 0.1 + 0.2, 0.92, 0.3, 0.925, 1.5)],
            new EpochLedger(3, [new(0, 17, ulong.MaxValue), new(1, 16, 5)]),
            1.0 / 3,
            31,
            "ab12");
        var checkpoint = At(0) with { Progress = progress, JobJson = "{ \"seed\": 1,  \"name\": \"größe\" }\n" };

        var path = Store().Write(checkpoint);

        Assert.Equal(_folder["step-0000012345"], path);
        Assert.Equal(_files.Order(), Directory.EnumerateFileSystemEntries(path).Select(Path.GetFileName).Order());
        var read = CheckpointStore.Load(path, "job-a");
        Assert.Equal(checkpoint.JobHash, read.JobHash);
        Assert.Equal(checkpoint.JobJson, read.JobJson);
        Assert.Equal(progress with { History = [], Ledger = null }, read.Progress with { History = [], Ledger = null });
        Assert.Equal(progress.History, read.Progress.History);
        Assert.Equal(progress.Ledger!.Slices, read.Progress.Ledger!.Slices);
        Assert.Equal(3, read.Progress.Ledger.Epoch);
        AssertEqual(checkpoint.Weights, read.Weights);
        AssertEqual(checkpoint.OptimizerState, read.OptimizerState);
    }

    [Fact]
    public void An_empty_or_missing_folder_holds_none()
    {
        Assert.Null(Store().LoadLatest(out var warnings));
        Assert.Empty(warnings);
        var missing = new CheckpointStore(_folder["missing"]);
        Assert.Null(missing.LoadLatest(out _));
        Assert.Null(missing.LoadBest(out _));
        Assert.False(Directory.Exists(_folder["missing"]), "reading creates nothing");
        Assert.Throws<ActorNetException>(() => CheckpointStore.Load(_folder["missing"]));
    }

    [Fact]
    public void Keeps_the_last_and_the_best()
    {
        var store = Store(keepLast: 2);
        double[] accuracies = [0.5, 0.9, 0.7, 0.9, 0.6, 0.8];
        for (var epoch = 1; epoch <= accuracies.Length; epoch++)
        {
            store.Write(At(epoch * 100, epoch, accuracies[epoch - 1]));
        }

        Assert.Equal(["step-0000000200", "step-0000000500", "step-0000000600"], Names());
        Assert.Equal(600, store.LoadLatest(out _)!.Progress.Version);
        Assert.Equal(200, store.LoadBest(out _)!.Progress.Version);
    }

    [Fact]
    public void The_best_is_chosen_by_the_held_out_part_where_there_is_one()
    {
        var store = Store();
        store.Write(Evaluated(100, test: 0.9, validation: 0.7));
        store.Write(Evaluated(200, test: 0.8, validation: 0.75));
        store.Write(Evaluated(300, test: double.NaN, validation: double.NaN));

        Assert.Equal(200, store.LoadBest(out _)!.Progress.Version);

        static Checkpoint Evaluated(long version, double test, double validation) => At(version) with
        {
            Progress = At(version).Progress with { Epoch = 1, History = [new(1, 1, 1, test, 1, validation, 1)] },
        };
    }

    [Fact]
    public void A_checkpoint_within_an_epoch_is_never_the_best()
    {
        var store = Store(keepLast: 1);
        store.Write(At(100, epoch: 1, accuracy: 0.9));
        var within = At(150, epoch: 1, accuracy: 0.99);
        store.Write(within with { Progress = within.Progress with { Ledger = new(2, []) } });

        Assert.Equal(100, store.LoadBest(out _)!.Progress.Version);
        Assert.Equal(["step-0000000100", "step-0000000150"], Names());
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void A_damaged_file_makes_it_fall_back_with_a_warning(string file)
    {
        var store = Store();
        store.Write(At(100, epoch: 1, accuracy: 0.9));
        var newest = store.Write(At(200, epoch: 2, accuracy: 0.95));
        var path = Path.Combine(newest, file);
        var whole = File.ReadAllBytes(path);
        var random = new Random(5);

        for (var round = 0; round < 60; round++)
        {
            var (bytes, damage) = Damage(whole, round, random);
            if (bytes is null)
            {
                File.Delete(path);
            }
            else
            {
                File.WriteAllBytes(path, bytes);
            }

            var read = store.LoadLatest(out var warnings);
            Assert.True(read?.Progress.Version == 100 && warnings.Count == 1, $"{file}, {damage} (seed 5, round {round}) went unnoticed");
            Assert.Contains("step-0000000200", warnings[0], StringComparison.Ordinal);
            Assert.Contains(file, warnings[0], StringComparison.Ordinal);
            Assert.DoesNotContain('\n', warnings[0]);
            Assert.Equal(100, store.LoadBest(out warnings)!.Progress.Version);
            Assert.Single(warnings);
        }

        File.WriteAllBytes(path, whole);
        Assert.Equal(200, store.LoadLatest(out _)!.Progress.Version);
    }

    [Fact]
    public void When_all_are_damaged_it_says_so()
    {
        var store = Store();
        foreach (var version in new[] { 100, 200 })
        {
            File.Delete(Path.Combine(store.Write(At(version)), "job.json"));
        }

        var error = Assert.Throws<ActorNetException>(() => store.LoadLatest(out _));

        Assert.Contains("none of 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("job.json", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Phases))]
    public void A_fault_in_any_phase_leaves_the_previous_checkpoint_alone(string phase)
    {
        var store = Store(keepLast: 1);
        store.Write(At(100));
        store.BeforeStep = at =>
        {
            if (at == phase)
            {
                throw new IOException("No space left on device");
            }
        };

        var error = Assert.Throws<ActorNetException>(() => store.Write(At(200)));

        Assert.Contains("step-0000000200", error.Message, StringComparison.Ordinal);
        Assert.Contains("No space left on device", error.Message, StringComparison.Ordinal);
        Assert.Equal(["step-0000000100"], Names());
        Assert.Equal(100, store.LoadLatest(out var warnings)!.Progress.Version);
        Assert.Empty(warnings);
        store.BeforeStep = null;
        store.Write(At(200));
        Assert.Equal(["step-0000000200"], Names());
    }

    [Theory]
    [MemberData(nameof(Phases))]
    public void A_death_in_any_phase_leaves_the_previous_checkpoint_and_its_remains_are_cleared(string phase)
    {
        var store = Store();
        store.Write(At(100));

        // A killed process runs no clean-up: what stood there at the phase is put back afterwards.
        var remains = new List<(string Name, byte[] Bytes)>();
        var temporary = _folder["tmp-step-0000000200"];
        store.BeforeStep = at =>
        {
            if (at == phase)
            {
                remains.AddRange(Directory.EnumerateFiles(temporary).Select(path => (Path.GetFileName(path), File.ReadAllBytes(path))));
                throw new InvalidOperationException("dead");
            }
        };
        Assert.Throws<InvalidOperationException>(() => store.Write(At(200)));
        Directory.CreateDirectory(temporary);
        remains.ForEach(file => File.WriteAllBytes(Path.Combine(temporary, file.Name), file.Bytes));

        var resumed = Store();
        Assert.Equal(100, resumed.LoadLatest(out var warnings)!.Progress.Version);
        Assert.Empty(warnings);
        Assert.True(Directory.Exists(temporary), "a reader removes nothing: a writer may be at work");
        resumed.Open();
        Assert.Equal(["step-0000000100"], Names());
    }

    [Fact]
    public void Nothing_is_pruned_before_the_new_one_is_complete()
    {
        var store = Store(keepLast: 1);
        store.Write(At(100));
        store.BeforeStep = phase =>
        {
            if (phase == "prune")
            {
                Assert.Equal(["step-0000000100", "step-0000000200"], Names());
                Assert.Equal(200, store.LoadLatest(out _)!.Progress.Version);
                throw new InvalidOperationException("dead");
            }
        };

        Assert.Throws<InvalidOperationException>(() => store.Write(At(200)));

        Assert.Equal(200, store.LoadLatest(out _)!.Progress.Version);
    }

    [Fact]
    public void A_replayed_version_takes_the_place_of_the_damaged_one()
    {
        var store = Store();
        store.Write(At(100));
        File.Delete(Path.Combine(store.Write(At(200)), "weights.safetensors"));

        store.Write(At(200));

        Assert.Equal(200, store.LoadLatest(out var warnings)!.Progress.Version);
        Assert.Empty(warnings);
        Assert.Equal(["step-0000000100", "step-0000000200"], Names());
    }

    [Fact]
    public void A_death_while_one_takes_the_place_of_another_loses_neither()
    {
        var store = Store(keepLast: 1);
        store.Write(At(100));
        store.BeforeStep = at =>
        {
            if (at == "replace")
            {
                throw new InvalidOperationException("dead");
            }
        };
        Assert.Throws<InvalidOperationException>(() => store.Write(At(100)));

        Assert.Equal(["step-0000000100.replaced"], Names());
        store = Store(keepLast: 1);
        Assert.Equal(100, store.LoadLatest(out var warnings)!.Progress.Version);
        Assert.Empty(warnings);
        store.Write(At(100));
        Assert.Equal(["step-0000000100"], Names());
    }

    [Fact]
    public void A_folder_has_one_writer_at_a_time()
    {
        var store = Store();
        store.Write(At(100));
        var remains = Directory.CreateDirectory(_folder["tmp-step-0000000200"]).FullName;
        using (CheckpointStore.HoldForWriting(store.Folder))
        {
            Assert.False(Directory.Exists(remains));
            Directory.CreateDirectory(remains);
            var error = Assert.Throws<ActorNetException>(() => CheckpointStore.HoldForWriting(store.Folder));
            Assert.Contains($"checkpoint folder {store.Folder} cannot be taken", error.Message, StringComparison.Ordinal);
            Assert.True(Directory.Exists(remains), "what the writer is at is no remains");
            Assert.Equal(100, store.LoadLatest(out _)!.Progress.Version);
        }

        CheckpointStore.HoldForWriting(store.Folder).Dispose();
        Assert.Equal(["step-0000000100", "writer.lock"], Names());
    }

    [Fact]
    public void Every_reign_has_a_higher_number_than_all_before_it()
    {
        Assert.Equal([1, 2, 3], Enumerable.Range(0, 3).Select(_ => CheckpointStore.TakeIncarnation(_folder.Path, above: 0)));
        // A checkpoint that came from elsewhere may be of a higher one.
        Assert.Equal(8, CheckpointStore.TakeIncarnation(_folder.Path, above: 7));
        Assert.Equal(9, CheckpointStore.TakeIncarnation(_folder.Path, above: 2));
        // What was taken stays taken, whatever becomes of the checkpoints.
        Store().Write(At(100));
        Assert.Equal(10, CheckpointStore.TakeIncarnation(_folder.Path, above: 0));
        Assert.Equal(100, Store().LoadLatest(out var warnings)!.Progress.Version);
        Assert.Empty(warnings);
    }

    [Theory]
    [InlineData("")]
    [InlineData("twelve")]
    [InlineData("-3")]
    [InlineData("1.5")]
    public void A_damaged_number_of_the_reign_is_never_guessed(string text)
    {
        File.WriteAllText(_folder["incarnation"], text);
        var error = Assert.Throws<ActorNetException>(() => CheckpointStore.TakeIncarnation(_folder.Path, above: 5));
        Assert.StartsWith($"{_folder["incarnation"]} is damaged: ", error.Message, StringComparison.Ordinal);
        Assert.Equal(text, File.ReadAllText(_folder["incarnation"]));
    }

    [Theory]
    [InlineData("2147483647")]
    [InlineData("2147483648")]
    [InlineData("99999999999999999999")]
    public void A_number_of_the_reign_that_is_too_large_is_named_as_damaged(string text)
    {
        File.WriteAllText(_folder["incarnation"], text);
        var error = Assert.Throws<ActorNetException>(() => CheckpointStore.TakeIncarnation(_folder.Path, above: 5));
        Assert.StartsWith($"{_folder["incarnation"]} is damaged: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_number_that_a_person_mended_by_hand_may_end_its_line()
    {
        File.WriteAllText(_folder["incarnation"], "12\n");
        Assert.Equal(13, CheckpointStore.TakeIncarnation(_folder.Path, above: 5));
    }

    [Fact]
    public void A_number_of_the_reign_that_cannot_be_written_names_the_folder()
    {
        File.WriteAllText(_folder["file"], "");
        var error = Assert.Throws<ActorNetException>(() => CheckpointStore.TakeIncarnation(_folder["file/checkpoints"], above: 0));
        Assert.Contains($"checkpoint folder {_folder["file/checkpoints"]} cannot be written", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_jobs_checkpoints_are_refused_and_kept()
    {
        var store = Store(keepLast: 1);
        store.Write(At(100));

        var reading = Assert.Throws<ActorNetException>(() => store.LoadLatest(out _, "job-b"));
        var writing = Assert.Throws<ActorNetException>(() => store.Write(At(200) with { JobHash = "job-b" }));

        Assert.Contains("belongs to job job-a, not to job-b", reading.Message, StringComparison.Ordinal);
        Assert.Contains("belongs to job job-a, not to job-b", writing.Message, StringComparison.Ordinal);
        Assert.Equal(["step-0000000100"], Names());
        Assert.Equal(100, store.LoadLatest(out _, "job-a")!.Progress.Version);
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        File.WriteAllText(_folder["file"], "");
        var store = new CheckpointStore(_folder["file/checkpoints"]);

        var error = Assert.Throws<ActorNetException>(store.Open);

        Assert.Contains(store.Folder, error.Message, StringComparison.Ordinal);
        Assert.Throws<ActorNetException>(() => store.Write(At(100)));
    }

    [SkippableFact]
    public void A_folder_without_write_permission_is_named()
    {
        Skip.If(Environment.UserName == "root", "permissions bind no root");
        if (OperatingSystem.IsWindows())
        {
            throw new SkipException("Windows has other permissions");
        }

        File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        try
        {
            Assert.Throws<ActorNetException>(Store().Open);
        }
        finally
        {
            File.SetUnixFileMode(_folder.Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [SkippableFact]
    public void A_full_disk_leaves_the_previous_checkpoint()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.UserName == "root", "only root can mount a small disk");
        var disk = _folder["disk"];
        Directory.CreateDirectory(disk);
        Skip.IfNot(Run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk), "mounting is not allowed here");
        try
        {
            var store = new CheckpointStore(disk);
            store.Write(At(100));

            var error = Assert.Throws<ActorNetException>(() =>
                store.Write(At(200) with { Weights = [new("w", [200_000], new float[200_000])] }));

            Assert.Contains("free space", error.Message, StringComparison.Ordinal);
            Assert.Equal(["step-0000000100"], Directory.EnumerateFileSystemEntries(disk).Select(Path.GetFileName));
            Assert.Equal(100, store.LoadLatest(out _)!.Progress.Version);
        }
        finally
        {
            Run("umount", disk);
        }
    }

    [Fact]
    public void Progress_of_a_newer_schema_is_refused_by_number()
    {
        var store = Store();
        store.Write(At(100) with { Progress = At(100).Progress with { Schema = 99 } });

        var error = Assert.Throws<ActorNetException>(() => store.LoadLatest(out _));

        Assert.Contains("schema 99", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_manifest_states_what_is_there()
    {
        var path = Store().Write(At(100, epoch: 1, accuracy: 0.5));

        using var manifest = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(path, "manifest.json")));

        Assert.Equal("job-a", manifest.RootElement.GetProperty("jobHash").GetString());
        Assert.Equal(100, manifest.RootElement.GetProperty("version").GetInt64());
        Assert.Equal(_files[..4], manifest.RootElement.GetProperty("files").EnumerateArray().Select(f => f.GetProperty("name").GetString()));
    }

    [Fact]
    public void Writing_copies_no_parameters()
    {
        var store = Store(keepLast: 1);
        var parameters = new float[1 << 20];
        var checkpoint = At(1) with { Weights = [new("w", [1 << 20], parameters)], OptimizerState = [new("m", [1 << 20], parameters)] };
        store.Write(checkpoint);
        var before = GC.GetAllocatedBytesForCurrentThread();

        store.Write(checkpoint with { Progress = checkpoint.Progress with { Version = 2 } });

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    private CheckpointStore Store(int keepLast = 3) => new(_folder.Path, keepLast);

    private IEnumerable<string?> Names() => Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName).Order();

    private static Checkpoint At(long version, int epoch = 0, double accuracy = 0)
    {
        var history = Enumerable.Range(1, epoch).Select(e => new EpochResult(e, 1, 0.5, e == epoch ? accuracy : 0, 1, null, 0.1)).ToList();
        return new(
            "job-a",
            """{"seed":1}""",
            new TrainingProgress(version, epoch, 1, false, history, null, 0, 0, "00"),
            [new("layer.0.weights", [2, 2], new[] { version, 1f, 2f, 3f }), new("layer.0.biases", [2], new[] { -1f, 0f })],
            [new("state0", [6], new float[6])]);
    }

    /// <summary>The file missing, cut short, longer, or with one bit of it turned over.</summary>
    private static (byte[]? Bytes, string Damage) Damage(byte[] whole, int round, Random random)
    {
        switch (round)
        {
            case 0:
                return (null, "missing");
            case 1:
                return ([], "empty");
            case 2:
                return ([.. whole, (byte)'x'], "one byte more");
            case < 10:
                var length = random.Next(whole.Length);
                return (whole[..length], $"cut to {length} of {whole.Length} bytes");
            default:
                var bytes = (byte[])whole.Clone();
                int at, bit;
                do
                {
                    (at, bit) = (random.Next(whole.Length), random.Next(8));
                }
                while (whole[at] is (byte)' ' or (byte)'\n');
                bytes[at] ^= (byte)(1 << bit);
                return (bytes, $"bit {bit} of byte {at} flipped");
        }
    }

    private static void AssertEqual(IReadOnlyList<NamedTensor> expected, IReadOnlyList<NamedTensor> actual)
    {
        Assert.Equal(expected.Select(t => t.Name), actual.Select(t => t.Name));
        Assert.Equal(expected.Select(t => t.Shape), actual.Select(t => t.Shape));
        Assert.Equal(expected.Select(t => t.Data.ToArray()), actual.Select(t => t.Data.ToArray()));
    }

    private static bool Run(string program, params string[] arguments)
    {
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
