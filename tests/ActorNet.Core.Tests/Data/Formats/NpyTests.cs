using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Tests.Data.Formats;

public sealed class NpyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Fastest)]
    public void Bytes_are_pictures_with_both_parts_in_one_archive(CompressionLevel level)
    {
        byte[] pixels = [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 10))];
        Npz(level, ("x_train", Npy("|u1", [4, 2, 3], pixels)), ("y_train", Npy("<i8", [4], Longs(0, 2, 1, 0))),
            ("x_test", Npy("|u1", [1, 2, 3], pixels[..6])), ("y_test", Npy("|u1", [1], [1])));
        var (training, test) = DataSets.Open(_folder["data.npz"]);
        var same = new ImageDataSet("same", width: 3, height: 2, classes: 3, pixels, [0, 2, 1, 0]);
        Assert.Equal(same.Hash, training.Hash);
        Assert.Equal((1, 3), (test.Count, test.TargetSize));
        Assert.Equal([0f, 1f, 0f], test.Sample(0).Targets);
    }

    [Theory]
    [InlineData("<f4")]
    [InlineData("<f8")]
    [InlineData("<i4")]
    [InlineData("<i8")]
    [InlineData("|i1")]
    [InlineData("<f2")]
    public void Numbers_of_every_type_are_read(string code)
    {
        Directory.CreateDirectory(_folder["set"]);
        File.WriteAllBytes(Path.Combine(_folder["set"], "train-x.npy"), Npy(code, [2, 2], Elements(code, 1, -2, 3, 100)));
        File.WriteAllBytes(Path.Combine(_folder["set"], "train-y.npy"), Npy("<f4", [2], Floats(0.5f, -1f)));
        var set = DataSets.Open(_folder["set"]).Training;
        Assert.Equal((TaskKind.Regression, 1), (set.Task, set.TargetSize));
        Assert.Equal([1f, -2f], set.Sample(0).Inputs);
        Assert.Equal([3f, 100f], set.Sample(1).Inputs);
        Assert.Equal([-1f], set.Sample(1).Targets);
        Assert.Equal(ArrayDataSet.Regression([[1, -2], [3, 100]], [[0.5f], [-1f]]).Hash, set.Hash);
    }

    [Fact]
    public void Lengths_become_the_mask_of_the_steps_that_are_there()
    {
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 3, 2], Floats(1, 2, 3, 4, 5, 6, 7, 8, float.NaN, 9, 9, 9))),
            ("y", Npy("|u1", [2], [0, 1])), ("lengths", Npy("<i8", [2], Longs(3, 1))));
        var set = DataSets.Open(_folder["data.npz"]).Training;
        Assert.Equal([3, 3], set.InputShape!);
        Assert.Equal([1f, 2f, 1f, 3f, 4f, 1f, 5f, 6f, 1f], set.Sample(0).Inputs);
        Assert.Equal([7f, 8f, 1f, 0f, 0f, 0f, 0f, 0f, 0f], set.Sample(1).Inputs);
    }

    [Fact]
    public void Shards_keep_the_shape_and_the_way_to_read_other_files()
    {
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [4, 3, 2], Floats([.. Enumerable.Range(0, 24).Select(i => (float)i)]))), ("y", Npy("<i8", [4], Longs(5, 7, 5, 7))));
        var pair = SampleSet.Pack(DataSource.Parse(_folder["data.npz"] + "?scale=2"), _folder["packed"])!;
        using (pair.Training as IDisposable)
        {
            ShardedFolder.Create(pair, _folder["set"], shards: 2, shuffleSeed: null);
        }

        var (memory, sharded) = (DataSets.Open(_folder["data.npz"] + "?scale=2").Training, DataSets.Open(_folder["set"]).Training);
        Assert.Equal([3, 2], sharded.InputShape!);
        Assert.Equal(["5", "7"], sharded.TargetNames);
        Assert.Equal("task=classification&scale=2&classes=5,7", sharded.Format!.ToString());
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(memory.Sample(i).Inputs, sharded.Sample(i).Inputs);
            Assert.Equal(memory.Sample(i).Targets, sharded.Sample(i).Targets);
        }
    }

    [Theory]
    [InlineData("|O", "Python objects (pickled)")]
    [InlineData(">f4", "big-endian")]
    [InlineData("<U3", "texts")]
    [InlineData("<c8", "type <c8")]
    public void Elements_that_are_no_plain_numbers_are_refused(string code, string expected)
    {
        Npz(CompressionLevel.NoCompression, ("x", Npy(code, [2, 1], new byte[24])), ("y", Npy("|u1", [2], [0, 1])));
        Refused(expected, "array 'x'");
    }

    [Fact]
    public void What_is_wrong_is_named_by_array_row_and_column()
    {
        var y = Npy("|u1", [2], [0, 1]);
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 2], Floats(1, 2, 3, float.NaN))), ("y", y));
        Refused("array 'x', row 1, column 1 (from 0): NaN is not finite");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 2], Floats(1, 2, 3, 4), fortran: true)), ("y", y));
        Refused("array 'x': it is in Fortran order");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 2], Floats(1, 2, 3))), ("y", y));
        Refused("array 'x': it ends in row 1 of 2 (from 0): the file is truncated");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [3, 1], Floats(1, 2, 3))), ("y", y));
        Refused("has 3 rows", "has 2", "do not belong together");
        Npz(CompressionLevel.Fastest, ("a", y), ("b", y));
        Refused("the arrays a, b", "x, inputs or x_train");
        Npz(CompressionLevel.Fastest, ("x", y));
        Refused("no targets");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [1, 2, 1], Floats(1, 2))), ("y", Npy("|u1", [1], [0])), ("lengths", Npy("|u1", [1], [3])));
        Refused("array 'lengths', row 0 (from 0): a length is 3, but sequences have 1 to 2 steps");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 1], Floats(1, 2))), ("y", Npy("<f4", [2], Floats(0, 1.5f))));
        RefusedAs("?task=classification", "row 1 (from 0): 1.5 is no class");
        Npz(CompressionLevel.Fastest, ("x", Npy("<f4", [2, 1], Floats(1, 2))), ("y", Npy("|u1", [2, 2], [0, 1, 1, 0])));
        Refused("--task multi-label or --task regression");
    }

    [Fact]
    public void A_damaged_archive_is_refused()
    {
        Npz(CompressionLevel.NoCompression, ("x", Npy("|u1", [2, 200], new byte[400])), ("y", Npy("|u1", [2], [0, 1])));
        var whole = File.ReadAllBytes(_folder["data.npz"]);
        File.WriteAllBytes(_folder["data.npz"], whole[..(whole.Length / 2)]);
        Refused("data.npz' is damaged or truncated");
        whole[300] ^= 1;
        File.WriteAllBytes(_folder["data.npz"], whole);
        Refused("array 'x': its checksum is wrong");
    }

    private static byte[] Npy(string code, int[] shape, byte[] elements, bool fortran = false)
    {
        var text = $"{{'descr': '{code}', 'fortran_order': {fortran}, 'shape': ({string.Join(", ", shape)}{(shape.Length == 1 ? "," : "")}), }}".PadRight(117) + "\n";
        byte[] length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)text.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(text), .. elements];
    }

    private static byte[] Floats(params float[] values) => MemoryMarshal.AsBytes<float>(values).ToArray();

    private static byte[] Longs(params long[] values) => MemoryMarshal.AsBytes<long>(values).ToArray();

    private static byte[] Elements(string code, params double[] values) => [.. values.SelectMany(value => code switch
    {
        "<f4" => BitConverter.GetBytes((float)value),
        "<f8" => BitConverter.GetBytes(value),
        "<i4" => BitConverter.GetBytes((int)value),
        "<i8" => BitConverter.GetBytes((long)value),
        "<f2" => BitConverter.GetBytes((Half)value),
        _ => [(byte)(sbyte)value],
    })];

    private void Npz(CompressionLevel level, params (string Name, byte[] Bytes)[] arrays)
    {
        using var archive = new ZipArchive(File.Create(_folder["data.npz"]), ZipArchiveMode.Create);
        foreach (var (name, bytes) in arrays)
        {
            using var stream = archive.CreateEntry(name + ".npy", level).Open();
            stream.Write(bytes);
        }
    }

    private void Refused(params IEnumerable<string> expected) => RefusedAs("", expected);

    private void RefusedAs(string format, params IEnumerable<string> expected)
    {
        var error = Assert.Throws<ActorNetException>(() => DataSets.Open(_folder["data.npz"] + format));
        Assert.All(expected.Append("data.npz"), text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
    }
}
