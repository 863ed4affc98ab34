using System.CommandLine;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data shard</summary>
internal static class DataShardCommand
{
    private const ulong DefaultSeed = 1;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var data = new DataFlags("digits");
        var folder = new Setting("--out", "FOLDER", "The folder to write; it must not exist.");
        var shards = new Setting(
            "--shards",
            "C",
            "Training shards, a power of two. Default: 64, more until each has at most 8 MB, and beyond 1,024 until each has at most 64 MB.");
        var seed = new Setting("--seed", "N", $"The seed by which the training samples are shuffled. Default {DefaultSeed}.");
        var ordered = new Switch("--no-shuffle", "Keep the order of the training samples. Data sorted by class then trains badly.");
        var command = new Command(
            "shard",
            """
            Write a data set as a folder of NumPy files that need not fit into memory.

            FOLDER/training and FOLDER/test each hold inputs-*.npy, targets-*.npy and dataset.json, which has their SHA-256. Sample i of the shuffled
            training part is in shard i mod C. A job of S slices gives each slice C/S whole shards, so C must be a multiple of S: with powers of two
            (the default S is one, at most 8) every C of S or more is. A slice that trains has two shards in memory: the running and the next.
            The order in which a sharded set is drawn differs from that of the same set in memory, and depends on C: it makes another job.
            The test part keeps its order. Train with --data FOLDER.
            CSV and NumPy files are read in constant memory, whatever their size: on the way they are a temporary file beside FOLDER, as large as that.
            """);
        data.AddTo(command);
        foreach (var option in (Option[])[folder.Option, shards.Option, seed.Option, ordered.Option])
        {
            command.Options.Add(option);
        }

        command.SetAction(parse =>
        {
            var path = folder.Find(parse)?.Text ?? throw new UsageException("where to write is not said: give --out FOLDER.");
            var count = shards.Find(parse)?.Positive();
            var shuffle = seed.Find(parse);
            if (ordered.IsOn(parse) && shuffle is { } given)
            {
                throw new UsageException($"{given.Source} does not go with --no-shuffle: give one of the two.");
            }

            return Run(data.Read(parse), path, count, ordered.IsOn(parse) ? null : shuffle?.Seed() ?? DefaultSeed);
        });
        return command;
    }

    private static int Run(DataChoice choice, string folder, int? shards, ulong? seed)
    {
        ShardedFolder.RequireNew(folder);
        var terminal = Terminal.Output();
        using var status = new StatusLine(terminal);
        using var interruption = new Interruption(status.Clear);
        DataSetPair? pair = null;
        try
        {
            pair = Open(choice, folder, shards, ShowReading, interruption.Stop);
            if (shards is { } count)
            {
                UsageException.Check(() => ShardWriter.Check(pair.Training, count));
            }

            var parts = ShardedFolder.Create(pair, folder, shards, seed, Show, interruption.Stop);
            status.Clear();
            foreach (var part in parts)
            {
                var largest = part.Shards.Max(shard => shard.Inputs.Bytes);
                terminal.Writer.WriteLine(
                    $"{terminal.Strong(part.Name)}: {Say.Count(part.Count)} samples in {Say.Shards(part.Shards.Count)} of {Say.Megabytes(largest)} or less");
                terminal.Writer.WriteLine(terminal.Faint($"SHA-256 {part.Hash}"));
            }

            terminal.Writer.WriteLine($"train with --data {folder}");
            return ExitCode.Done;
        }
        catch (OperationCanceledException)
        {
            status.Clear();
            ErrorReport.WriteLine($"interrupted: '{folder}' was not written.");
            return ExitCode.Interrupted;
        }
        finally
        {
            (pair?.Training as IDisposable)?.Dispose();
            (pair?.Test as IDisposable)?.Dispose();
        }

        void ShowReading(string part, double done) => status.Show(ProgressLine.Format(terminal.Width, $"reading {part}", done));

        void Show(DataSet part, int done) =>
            status.Show(ProgressLine.Format(terminal.Width, part.Name, (double)done / part.Count, $"{Say.Count(done)} samples"));
    }

    /// <summary>Opens the data; what is in files of samples becomes a temporary file beside the folder, so that it need not fit into memory.</summary>
    private static DataSetPair Open(DataChoice choice, string folder, int? shards, Action<string, double> progress, CancellationToken cancellation)
    {
        var source = choice.Over("digits");
        var path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        var holdsSamples = !source.IsBuiltIn && !ShardedFolder.IsOne(source.Place) && !MnistFiles.AreInPart(source.Place);
        if (holdsSamples && shards is { } wanted && !int.IsPow2(wanted))
        {
            // Before a large file is read in vain.
            throw new UsageException($"{wanted} shards cannot be: the number must be a power of two, so that 1, 2, 4, … slices can share them.");
        }

        return (holdsSamples ? SampleSet.Pack(source, AtomicFile.TemporaryName(path), ModelArgument.Warn, progress, cancellation) : null) ?? choice.Open("digits");
    }
}
