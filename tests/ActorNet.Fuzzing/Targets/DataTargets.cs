using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;
using ActorNet.Fuzzing.Engine;

namespace ActorNet.Fuzzing.Targets;

/// <summary>Files of samples, and the names that say how they are read.</summary>
internal static class DataTargets
{
    private static readonly string[] _formatWords =
        ["label=", "targets=", "task=", "classification", "multi-label", "regression", "scale=", "delimiter=", "tab", "header=", "yes", "no", "ignore=", "classes=", "columns=", "&", "?", "%", "%2C", "%00", "="];

    private static readonly string[] _npyWords =
        ["\u0093NUMPY", "'descr': ", "'fortran_order': ", "'shape': (", "False", "True", "), }", "|u1", "<f4", "<f8", "<i8", "<f2", "|b1", ">f4", "|O", "<U3", ", ", "L", "PK\u0001\u0002", "PK\u0003\u0004", "PK\u0005\u0006", "x.npy", "y.npy", "x_train.npy", "lengths.npy"];

    /// <summary>A file of images and one of labels: the input is taken for each.</summary>
    public static FuzzTarget Idx(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "idx");
        byte[] images = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 3, .. Enumerable.Range(0, 12).Select(i => (byte)(20 * i))];
        byte[] labels = [0, 0, 8, 1, 0, 0, 0, 3, 0, 1, 9];
        return new FuzzTarget(name, [images, labels, Gzip(images), Gzip(labels)], input =>
        {
            Scratch.Write(path, input);
            Either(() => IdxFile.ReadImages(path), () => IdxFile.ReadLabels(path));
        });
    }

    /// <summary>The inputs of a set in a folder of NumPy files.</summary>
    public static FuzzTarget Npy(string name)
    {
        var folder = Scratch.Folder(name);
        File.WriteAllBytes(Path.Combine(folder, "train-y.npy"), Npy(NpyType.UInt8, [4], [0, 1, 1, 2]));
        return new FuzzTarget(
            name,
            [
                Npy(NpyType.Float32, [4, 2], Floats(0, 1, 2, 3, -4, 5e9f, 6, 7)),
                Npy(NpyType.UInt8, [4, 2, 3], [.. Enumerable.Range(0, 24).Select(i => (byte)i)]),
                Npy(NpyType.Int32, [4], [.. new byte[16]]),
                Gzip(Npy(NpyType.Float32, [4, 2], Floats(0, 1, 2, 3, 4, 5, 6, 7))),
                .. ((string[])["<f8", "<i8", "<u2", "<f2", "|b1"]).Select(code => Npy(new NpyType("", code, 8), [4, 1], new byte[32])),
            ],
            input =>
            {
                Scratch.Write(Path.Combine(folder, "train-x.npy"), input);
                Open(folder);
            })
        {
            Words = _npyWords,
        };
    }

    /// <summary>An archive of NumPy arrays.</summary>
    public static FuzzTarget Npz(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "set.npz");
        var (x, y) = (Npy(NpyType.Float32, [3, 2], Floats(0, 1, 2, 3, 4, 5)), Npy(NpyType.Int32, [3], [.. Floats(0, 0, 0)]));
        return new FuzzTarget(
            name,
            [
                Zip(CompressionLevel.NoCompression, ("x.npy", x), ("y.npy", y)),
                Zip(CompressionLevel.Optimal, ("x_train.npy", x), ("y_train.npy", y), ("x_test.npy", x), ("y_test.npy", y)),
                Zip(CompressionLevel.NoCompression, ("x.npy", Npy(NpyType.Float32, [3, 2, 1], Floats(0, 1, 2, 3, 4, 5))), ("y.npy", Npy(NpyType.UInt8, [3], [1, 0, 1])), ("lengths.npy", Npy(NpyType.Int32, [3], [1, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0]))),
            ],
            input =>
            {
                Scratch.Write(path, input);
                Open(path);
            })
        {
            Words = _npyWords,
        };
    }

    /// <summary>A CSV file of which nothing is said.</summary>
    public static FuzzTarget Csv(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "set.csv");
        return new FuzzTarget(
            name,
            [
                .. ((string[])["a,b,label\n1,2,x\n3,4.5,y\n-1e3,0,x\n", "1;2;0\r\n3;4;1\r\n", "\"a \"\"q\"\"\",\"b\nc\",class\n1,2,\"x, y\"\n", "a\tb\ttarget\n1\t2\t3\n", "\ufeffx,label\n1,0\n"]).Select(Utf8),
                Gzip(Utf8("a,label\n1,x\n2,y\n")),
            ],
            input =>
            {
                Scratch.Write(path, input);
                Open(path);
            })
        {
            Words = [",", ";", "\t", "\"", "\"\"", "\n", "\r\n", "label", "class", "target"],
        };
    }

    /// <summary>A CSV file, of which the first line says how it is read.</summary>
    public static FuzzTarget CsvFormat(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "set.csv");
        return new FuzzTarget(
            name,
            [
                .. ((string[])
                [
                    "label=a&scale=255\na,b,c\nx,1,2\ny,3,4\n", "targets=a,c&task=regression\na,b,c\n1,2,3\n4,5,6\n", "targets=2,3&task=multi-label&header=no\n1,0,1\n2,1,0\n",
                    "classes=x,y&columns=b&label=c\na,b,c\n1,2,x\n3,4,y\n", "delimiter=tab&ignore=a&label=3\na\tb\tc\nq\t1\tx\n", "delimiter=;&header=yes&task=regression&label=c\na;b;c\n1;2;0.5\n",
                ]).Select(Utf8),
            ],
            input =>
            {
                var end = input.AsSpan().IndexOf((byte)'\n');
                if (end < 0)
                {
                    return;
                }

                Scratch.Write(path, input[(end + 1)..]);
                var source = DataSource.Parse($"{path}?{Encoding.UTF8.GetString(input.AsSpan(0, end))}");
                // Twice, as a set of which only the file is known, and as one to predict from.
                Either(() => SampleSet.Load(source with { Place = path }, null), () => Predict(path, source.Format));
            })
        {
            Words = [.. _formatWords, ",", ";", "\t", "\"", "\n", "a", "b", "c"],
        };
    }

    /// <summary>The name of a data set with its format: what is understood means the same when it is written and read again.</summary>
    public static FuzzTarget Name(string name) => new(
        name,
        [.. ((string[])["iris.csv?label=species&scale=10", "x?targets=a,b%2Cc&task=regression", "x?classes=a,b&columns=c,d&delimiter=tab&header=no&ignore=e", "digits", "what?ever?label=1"]).Select(Utf8)],
        input =>
        {
            var source = DataSource.Parse(Encoding.UTF8.GetString(input));
            _ = (source.IsBuiltIn, source.Rooted(), source.Format.TargetNames);
            var text = source.ToString();
            var again = DataSource.Parse(text).ToString();
            // A place that has a question mark of its own and is not there means nothing.
            if (!source.Place.Contains('?', StringComparison.Ordinal) && again != text)
            {
                throw new InvalidOperationException($"'{text}' is read as '{again}'.");
            }
        })
    {
        Words = _formatWords,
    };

    /// <summary>What a sharded set says of itself.</summary>
    public static FuzzTarget ShardManifests(string name)
    {
        var folder = Scratch.Folder(name);
        var path = Path.Combine(folder, ShardManifest.FileName);
        return new FuzzTarget(
            name,
            [
                Manifest([2, 3], "uint8", "1/255", TaskKind.Classification, "uint8", 10, [20, 20]).ToJson(),
                (Manifest([4], "float32", "none", TaskKind.Regression, "float32", 2, [30]) with { Format = "label=a&task=regression", ShuffleSeed = 7 }).ToJson(),
                (Manifest([2], "float32", "none", TaskKind.MultiLabel, "float32", 2, [30]) with { PerClass = [1, 2] }).ToJson(),
            ],
            input =>
            {
                Scratch.Write(path, input);
                var set = new ShardedDataSet(folder, ShardManifest.Load(folder));
                _ = (set.Hash, set.Image, set.PerClass, set.Folder.Has(0));
            })
        {
            Words = ["\"count\":", "\"shape\":", "\"shards\":", "\"bytes\":", "\"sha256\":", "\"targetSize\":", "\"task\":", "uint8", "int32", "float32", "1/255", "none", "classification", "regression", "multiLabel", "null", "{", "}", "[", "]"],
        };
    }

    /// <summary>A file of a sharded set: what its manifest says of its length and its hash is true.</summary>
    public static FuzzTarget ShardFiles(string name)
    {
        var folder = Scratch.Folder(name);
        return new FuzzTarget(
            name,
            [Npy(NpyType.UInt8, [2], [3, 9]), Npy(NpyType.UInt8, [2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8]), Npy(NpyType.UInt8, [2], [3, 10])],
            input =>
            {
                var file = new ShardFile("x.npy", input.Length, Convert.ToHexStringLower(SHA256.HashData(input)));
                Scratch.Write(Path.Combine(folder, file.Name), input);
                var manifest = new ShardManifest
                {
                    Name = "fuzz",
                    Task = TaskKind.Classification,
                    Count = 2,
                    Shape = [2, 2],
                    Dtype = "uint8",
                    Scaling = ShardManifest.ByteScaling,
                    TargetSize = 10,
                    TargetDtype = "uint8",
                    Shards = [new Shard(2, file, file)],
                };
                Either(() => Read(targets: false), () => Read(targets: true));

                object Read(bool targets)
                {
                    var set = ShardManifest.Parse(manifest.ToJson(), "the manifest");
                    new ShardFolder(folder, set).ReadRow(0, targets, 1, new byte[targets ? 1 : 4]);
                    return set;
                }
            })
        {
            Words = _npyWords,
        };
    }

    /// <summary>A NumPy file.</summary>
    internal static byte[] Npy(NpyType type, int[] shape, byte[] data) => [.. NpyFile.Header(type, shape), .. data];

    internal static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    internal static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static ShardManifest Manifest(int[] shape, string dtype, string scaling, TaskKind task, string targetDtype, int targets, int[] rows) => new()
    {
        Name = "set",
        Task = task,
        Count = rows.Sum(),
        Shape = shape,
        Dtype = dtype,
        Scaling = scaling,
        TargetSize = targets,
        TargetDtype = targetDtype,
        Shards = [.. rows.Select((count, i) => new Shard(count, new ShardFile($"{i}-x.npy", 5000, new string('a', 64)), new ShardFile($"{i}-y.npy", 5000, new string('b', 64))))],
    };

    private static void Open(string place) => SampleSet.Load(new DataSource(place, new SampleFormat()), null);

    private static SampleReader Predict(string path, SampleFormat format)
    {
        using var reader = SampleFile.Find(path)!.Value.Training.Open(format, inputs: 2);
        var (inputs, targets) = (new float[reader.InputSize], new float[reader.TargetNumbers]);
        while (reader.Read(inputs, targets))
        {
        }

        return reader;
    }

    /// <summary>Decodes in two ways: the second one also where the first refuses.</summary>
    private static void Either(Func<object?> first, Func<object?> second)
    {
        try
        {
            first();
        }
        catch (ActorNetException error) when (!error.Message.Any(char.IsControl))
        {
            // Refused, as it may be.
        }

        second();
    }

    private static byte[] Gzip(byte[] content)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    private static byte[] Zip(CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var (name, content) in entries)
            {
                var entry = archive.CreateEntry(name, level);
                entry.LastWriteTime = new DateTimeOffset(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var writing = entry.Open();
                writing.Write(content);
            }
        }

        return stream.ToArray();
    }
}
