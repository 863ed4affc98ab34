using System.Buffers.Binary;
using System.Text;

using ActorNet.Core.Checkpoints;

namespace ActorNet.Core.Tests.Checkpoints;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Writes_the_bytes_of_the_format()
    {
        const string Header = """{"__metadata__":{"a":"1","b":"x"},"w":{"dtype":"F32","shape":[2,1],"data_offsets":[0,8]}}""";
        using var stream = new MemoryStream();

        SafetensorsFile.Write(
            stream, [Tensor("w", [2, 1], 1f, -2f)], new Dictionary<string, string> { ["b"] = "x", ["a"] = "1" });

        var expected = new List<byte>();
        expected.AddRange([96, 0, 0, 0, 0, 0, 0, 0]);
        expected.AddRange(Encoding.UTF8.GetBytes(Header.PadRight(96)));
        expected.AddRange([0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]);
        Assert.Equal(expected, stream.ToArray());
    }

    [Fact]
    public void Pads_the_header_and_lays_the_data_end_to_end()
    {
        for (var length = 1; length <= 9; length++)
        {
            var bytes = Written([new(new string('n', length), [3], new float[3]), new("second", [], new float[1])]);
            var header = Encoding.UTF8.GetString(bytes, 8, (int)BinaryPrimitives.ReadInt64LittleEndian(bytes));

            Assert.Equal(0, header.Length % 8);
            Assert.Equal('{', header[0]);
            Assert.EndsWith("}", header.TrimEnd(' '), StringComparison.Ordinal);
            Assert.Contains("\"data_offsets\":[0,12]", header, StringComparison.Ordinal);
            Assert.Contains("\"data_offsets\":[12,16]", header, StringComparison.Ordinal);
            Assert.Equal(8 + header.Length + 16, bytes.Length);
        }
    }

    [Fact]
    public void Reads_back_every_bit()
    {
        // More than one chunk, and the floats that compare oddly.
        var large = new float[(1 << 18) + 5];
        for (var i = 0; i < large.Length; i++)
        {
            large[i] = BitConverter.UInt32BitsToSingle((uint)i * 2654435761);
        }

        NamedTensor[] tensors =
        [
            new("layer.0.weights", [large.Length], large),
            new("empty", [0, 7], Array.Empty<float>()),
            Tensor("odd", [2, 2], float.NaN, -0f, float.NegativeInfinity, float.Epsilon),
            Tensor("größe \"q\"", [], 4f),
        ];
        var metadata = new Dictionary<string, string> { ["actornet.model"] = """{"layers":[784,30,10]}""", [""] = "ü\n" };

        var read = SafetensorsFile.Load(Save(Written(tensors, metadata)));

        Assert.Equal(tensors.Select(t => t.Name), read.Tensors.Select(t => t.Name));
        for (var i = 0; i < tensors.Length; i++)
        {
            Assert.Equal(tensors[i].Shape, read.Tensors[i].Shape);
            Assert.Equal(Bits(tensors[i]), Bits(read.Tensors[i]));
        }

        Assert.Equal(metadata, read.Metadata);
    }

    [Fact]
    public void No_tensors_make_a_file_too()
    {
        var read = SafetensorsFile.Load(Save(Written([])));

        Assert.Empty(read.Tensors);
        Assert.Empty(read.Metadata);
    }

    [Fact]
    public void Reads_tensors_listed_in_any_order()
    {
        var read = SafetensorsFile.Load(Save(File(
            """{"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 8)));

        Assert.Equal(["a", "b"], read.Tensors.Select(t => t.Name));
    }

    [Theory]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""")]
    [InlineData("'v'", 12, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"v":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""")]
    [InlineData("'v'", 16, """{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"v":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""")]
    [InlineData("'w'", 4, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("explain 8", 12, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2000000000,2000000000,2000000000],"data_offsets":[0,8]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2000000000],"data_offsets":[0,8000000000]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""")]
    [InlineData("'w'", 8, """{"w":{"dtype":"F32","shape":[2]}}""")]
    [InlineData("'w'", 8, """{"w":7}""")]
    [InlineData("F16", 4, """{"w":{"dtype":"F16","shape":[2],"data_offsets":[0,4]}}""")]
    [InlineData("not valid JSON", 0, """{"w":""")]
    [InlineData("not valid JSON", 8, """{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""")]
    [InlineData("not text", 0, """{"__metadata__":{"a":1}}""")]
    [InlineData("'{'", 0, " {}")]
    public void Refuses_a_header_that_does_not_fit(string expected, int dataLength, string header)
    {
        var path = Save(File(header, dataLength));

        var error = Assert.Throws<ActorNetException>(() => SafetensorsFile.Load(path));

        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Every_truncation_is_an_error()
    {
        var bytes = Written([new("w", [3], new float[3]), new("v", [2], new float[2])]);
        for (var length = 0; length < bytes.Length; length++)
        {
            var path = Save(bytes[..length]);
            Assert.Throws<ActorNetException>(() => SafetensorsFile.Load(path));
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 40)]
    [InlineData(50UL)]
    public void A_lying_header_length_allocates_nothing(ulong length)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        var path = Save(bytes);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<ActorNetException>(() => SafetensorsFile.Load(path));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        var error = Assert.Throws<ActorNetException>(() => SafetensorsFile.Load(_folder["none.safetensors"]));

        Assert.Contains("none.safetensors", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_to_write_what_it_could_not_read()
    {
        Assert.Throws<ArgumentException>(() => Written([new("w", [1], new float[1]), new("w", [1], new float[1])]));
        Assert.Throws<ArgumentException>(() => Written([new("__metadata__", [1], new float[1])]));
        Assert.Throws<ArgumentException>(() => Written([new("w", [2], new float[1])]));
        Assert.Throws<ArgumentException>(() => Written([new("w", [-1, -1], new float[1])]));
    }

    [Fact]
    public void Writing_copies_no_tensor()
    {
        NamedTensor[] tensors = [new("w", [1 << 20], new float[1 << 20])];
        SafetensorsFile.Write(Stream.Null, tensors);
        var before = GC.GetAllocatedBytesForCurrentThread();

        SafetensorsFile.Write(Stream.Null, tensors);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000);
    }

    [Fact]
    public void A_model_file_survives_and_replaces_the_one_before()
    {
        var path = _folder["model.safetensors"];
        var metadata = new Dictionary<string, string> { [ModelFile.ModelKey] = "{}", ["note"] = "kept" };
        ModelFile.Save(path, [Tensor("w", [1], 1f)], metadata);
        ModelFile.Save(path, [Tensor("w", [1], 2f)], metadata);

        var model = ModelFile.Load(path);

        Assert.Equal(2f, model.Tensors[0].Data.Span[0]);
        Assert.Equal(metadata, model.Metadata);
        Assert.Equal(["model.safetensors"], Directory.EnumerateFileSystemEntries(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void A_file_without_a_model_is_refused()
    {
        var path = Save(Written([]));

        var error = Assert.Throws<ActorNetException>(() => ModelFile.Load(path));

        Assert.Contains(ModelFile.ModelKey, error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => ModelFile.Save(path, [], new Dictionary<string, string>()));
        Assert.Throws<ActorNetException>(() =>
            ModelFile.Save(_folder["no/such/model"], [], new Dictionary<string, string> { [ModelFile.ModelKey] = "{}" }));
    }

    private static NamedTensor Tensor(string name, int[] shape, params float[] data) => new(name, shape, data);

    private static byte[] Written(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static byte[] File(string header, int dataLength)
    {
        var bytes = new byte[8 + header.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, header.Length);
        Encoding.ASCII.GetBytes(header, bytes.AsSpan(8));
        return bytes;
    }

    private static uint[] Bits(NamedTensor tensor) => Array.ConvertAll(tensor.Data.ToArray(), BitConverter.SingleToUInt32Bits);

    private string Save(byte[] bytes)
    {
        var path = _folder["file.safetensors"];
        System.IO.File.WriteAllBytes(path, bytes);
        return path;
    }
}
