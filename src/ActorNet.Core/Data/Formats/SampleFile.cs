namespace ActorNet.Core.Data.Formats;

/// <summary>One part of a set in a file that is read from its beginning to its end: CSV, or NumPy arrays.</summary>
/// <param name="Path">The file, for people.</param>
internal sealed record SampleFile(string Path)
{
    /// <summary>What a folder could hold, for errors.</summary>
    public const string Expected = "train.csv, train.npz, train-x.npy with train-y.npy (and test…), each CSV also as .tsv and with .gz";

    /// <summary>The inputs; null for CSV.</summary>
    public ArrayPlace? Inputs { get; private init; }

    /// <summary>The targets; null for CSV and for none.</summary>
    public ArrayPlace? Targets { get; private init; }

    /// <summary>The lengths of sequences; null for none.</summary>
    public ArrayPlace? Lengths { get; private init; }

    /// <summary>Opens it.</summary>
    /// <param name="format">What is known of its format.</param>
    /// <param name="inputs">Inputs that a network takes, where targets are not read and need not be there; null where they are.</param>
    /// <param name="warn">Is told what was guessed.</param>
    /// <exception cref="ActorNetException">It cannot be read, or is not what it should be.</exception>
    public SampleReader Open(SampleFormat format, int? inputs = null, Action<string>? warn = null) =>
        Inputs is null ? CsvSampleReader.Open(Path, format, inputs, warn) : NpySampleReader.Open(this, format, inputs);

    /// <summary>Finds the parts of a set in a file or a folder.</summary>
    /// <returns>The training part and, where there is one, the test part; null for a place that holds something else.</returns>
    /// <exception cref="ActorNetException">It is not clear which file is meant, or an array is missing.</exception>
    public static (SampleFile Training, SampleFile? Test)? Find(string place)
    {
        if (Directory.Exists(place))
        {
            return InFolder(place, "train") is { } training ? (training, InFolder(place, "test")) : null;
        }

        return !File.Exists(place) ? null : Beginning(place) switch
        {
            [(byte)'P', (byte)'K', ..] => InArchive(place),
            [0x93, (byte)'N', ..] => throw new ActorNetException(
                $"'{place}' is one array: give the folder that holds the inputs as train-x.npy and the targets as train-y.npy, or an .npz with both."),
            [0, 0, 8, ..] => throw new ActorNetException($"'{place}' is an IDX file: give the folder that holds the four of them (train and t10k, images and labels)."),
            _ => (new SampleFile(place), null),
        };
    }

    private static SampleFile? InFolder(string folder, string part)
    {
        var found = new List<SampleFile>();
        // Of the same file, what needs no decompression comes first.
        if (((string[])[".csv", ".tsv", ".csv.gz", ".tsv.gz"]).Select(end => System.IO.Path.Combine(folder, part + end)).FirstOrDefault(File.Exists) is { } csv)
        {
            found.Add(new SampleFile(csv));
        }

        if (System.IO.Path.Combine(folder, $"{part}.npz") is var archive && File.Exists(archive))
        {
            found.Add(InArchive(archive).Training);
        }

        if (System.IO.Path.Combine(folder, $"{part}-x.npy") is var inputs && File.Exists(inputs))
        {
            found.Add(new SampleFile(inputs) { Inputs = new ArrayPlace(inputs), Targets = Beside("y"), Lengths = Beside("lengths") });
        }

        return found.Count <= 1 ? found.FirstOrDefault() : throw new ActorNetException(
            $"'{folder}' holds {string.Join(" and ", found.Select(file => System.IO.Path.GetFileName(file.Path)))}: give the one that is meant.");

        ArrayPlace? Beside(string what) =>
            System.IO.Path.Combine(folder, $"{part}-{what}.npy") is var path && File.Exists(path) ? new ArrayPlace(path) : null;
    }

    private static (SampleFile Training, SampleFile? Test) InArchive(string path)
    {
        var entries = NpyArray.EntriesOf(path);
        var training = Part("", "_train", "train_") ?? throw new ActorNetException(
            $"'{path}' has {(entries.Length == 0 ? "no arrays" : $"the arrays {string.Join(", ", entries.Select(Name))}")}: inputs must be named x, inputs or x_train, targets y, targets or y_train.");
        return (training, Part("_test", "test_"));

        SampleFile? Part(params string[] marks) => Find(marks, "x", "inputs") is { } inputs
            ? new SampleFile(path) { Inputs = inputs, Targets = Find(marks, "y", "targets", "labels"), Lengths = Find(marks, "lengths") }
            : null;

        ArrayPlace? Find(string[] marks, params string[] names)
        {
            var wanted = names.SelectMany(name => marks.Select(mark => mark.EndsWith('_') ? mark + name : name + mark)).ToArray();
            var found = entries.Where(entry => wanted.Contains(Name(entry), StringComparer.OrdinalIgnoreCase)).ToArray();
            return found.Length <= 1 ? found.Select(entry => new ArrayPlace(path, entry)).FirstOrDefault() : throw new ActorNetException(
                $"'{path}' has the arrays {string.Join(" and ", found.Select(Name))}, which mean the same: leave one out.");
        }

        static string Name(string entry) => System.IO.Path.GetFileNameWithoutExtension(entry);
    }

    private static byte[] Beginning(string path) => OpenFile.Guard(path, () =>
    {
        using var handle = File.OpenHandle(path);
        var bytes = new byte[4];
        return bytes[..RandomAccess.Read(handle, bytes, 0)];
    });
}
