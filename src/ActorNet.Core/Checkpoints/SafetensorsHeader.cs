using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;

namespace ActorNet.Core.Checkpoints;

/// <summary>The header of a safetensors file: which tensor lies where.</summary>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    /// <summary>The reference implementation's limit, in bytes.</summary>
    private const long MaxLength = 100_000_000;

    private SafetensorsHeader(IReadOnlyList<Entry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors in the order of their data, which they fill without gap or overlap.</summary>
    internal IReadOnlyList<Entry> Entries { get; }

    internal IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The header's bytes, padded with spaces to a multiple of 8 so that the data is aligned.</summary>
    internal static byte[] Serialize(IReadOnlyList<NamedTensor> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            WriteMetadata(json, metadata);
            WriteTensors(json, tensors);
            json.WriteEndObject();
        }

        var header = new byte[(buffer.WrittenCount + 7) / 8 * 8];
        buffer.WrittenSpan.CopyTo(header);
        header.AsSpan(buffer.WrittenCount).Fill((byte)' ');
        return header;
    }

    /// <summary>Reads the header and leaves the stream at the start of the data.</summary>
    internal static SafetensorsHeader Read(Stream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[sizeof(ulong)];
        if (stream.Length < prefix.Length)
        {
            throw Damaged(path, $"it has {stream.Length} bytes, not even a header length");
        }

        stream.ReadExactly(prefix);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        var available = stream.Length - prefix.Length;
        if (length > MaxLength || (long)length > available)
        {
            throw Damaged(path, $"its header claims {length} bytes, of which {available} follow");
        }

        var header = new byte[(int)length];
        stream.ReadExactly(header);
        if (header.Length == 0 || header[0] != (byte)'{')
        {
            throw Damaged(path, "its header does not start with '{'");
        }

        return Parse(header, available - header.Length, path);
    }

    private static void WriteMetadata(Utf8JsonWriter json, IReadOnlyDictionary<string, string>? metadata)
    {
        if (metadata is not { Count: > 0 })
        {
            return;
        }

        json.WriteStartObject(MetadataKey);
        foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WriteString(key, value);
        }

        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<NamedTensor> tensors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal) { MetadataKey };
        var offset = 0L;
        foreach (var tensor in tensors)
        {
            if (!names.Add(tensor.Name))
            {
                throw new ArgumentException($"tensor name '{tensor.Name}' is used twice or reserved.", nameof(tensors));
            }

            if (CountElements(tensor.Shape) != tensor.Data.Length)
            {
                throw new ArgumentException(
                    $"tensor '{tensor.Name}' has {tensor.Data.Length} elements, not a shape of [{string.Join(", ", tensor.Shape)}].",
                    nameof(tensors));
            }

            json.WriteStartObject(tensor.Name);
            json.WriteString("dtype", "F32");
            json.WriteStartArray("shape");
            foreach (var dimension in tensor.Shape)
            {
                json.WriteNumberValue(dimension);
            }

            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += (long)tensor.Data.Length * sizeof(float));
            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    private static SafetensorsHeader Parse(byte[] header, long dataLength, string path)
    {
        try
        {
            using var document = JsonDocument.Parse(header, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
            var entries = new List<Entry>();
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.NameEquals(MetadataKey))
                {
                    ReadMetadata(property.Value, metadata, path);
                }
                else
                {
                    entries.Add(ReadEntry(property.Name, property.Value, path));
                }
            }

            // Empty tensors begin where the next one does: the end decides.
            entries = [.. entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End)];
            RequireContiguous(entries, dataLength, path);
            return new SafetensorsHeader(entries, metadata);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new ActorNetException(Damaged(path, "its header is not valid JSON").Message, error);
        }
    }

    private static void ReadMetadata(JsonElement element, Dictionary<string, string> metadata, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            throw Damaged(path, $"{MetadataKey} is not an object");
        }

        foreach (var property in element.EnumerateObject())
        {
            metadata.Add(
                property.Name,
                property.Value.ValueKind == JsonValueKind.String
                    ? property.Value.GetString()!
                    : throw Damaged(path, $"{MetadataKey} holds '{property.Name}', which is not text"));
        }
    }

    private static Entry ReadEntry(string name, JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object
            || !element.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !TryReadIntegers(element, "shape", out var shape)
            || !TryReadIntegers(element, "data_offsets", out var offsets) || offsets.Length != 2)
        {
            throw Damaged(path, $"tensor '{name}' lacks a valid dtype, shape or data_offsets");
        }

        if (!dtype.ValueEquals("F32"))
        {
            throw new ActorNetException($"{path}: tensor '{name}' is {dtype.GetString()}, only F32 is supported: convert it to F32.");
        }

        if (Array.Exists(shape, dimension => dimension is < 0 or > int.MaxValue))
        {
            throw Damaged(path, $"tensor '{name}' has an impossible dimension");
        }

        var dimensions = Array.ConvertAll(shape, dimension => (int)dimension);
        var elements = CountElements(dimensions);
        if (elements < 0 || elements > Array.MaxLength || offsets[0] < 0 || offsets[1] - offsets[0] != elements * sizeof(float))
        {
            throw Damaged(path, $"tensor '{name}' has data_offsets that do not fit its shape");
        }

        return new Entry(name, dimensions, (int)elements, offsets[0], offsets[1]);
    }

    private static bool TryReadIntegers(JsonElement element, string name, out long[] values)
    {
        values = [];
        if (!element.TryGetProperty(name, out var array) || array.ValueKind != JsonValueKind.Array)
        {
            return false;
        }

        values = new long[array.GetArrayLength()];
        var i = 0;
        foreach (var item in array.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out values[i++]))
            {
                return false;
            }
        }

        return true;
    }

    private static void RequireContiguous(List<Entry> entries, long dataLength, string path)
    {
        var end = 0L;
        foreach (var entry in entries)
        {
            if (entry.Begin != end)
            {
                throw Damaged(path, $"the data of tensor '{entry.Name}' begins at {entry.Begin}, not where the one before ends, at {end}");
            }

            end = entry.End;
            if (end > dataLength)
            {
                throw Damaged(path, $"the data of tensor '{entry.Name}' ends at {end}, the file's data at {dataLength}");
            }
        }

        if (end != dataLength)
        {
            throw Damaged(path, $"its data has {dataLength} bytes, of which the tensors explain {end}");
        }
    }

    /// <summary>The product of the dimensions; -1 when it or its size in bytes does not fit 63 bits, or a dimension is negative.</summary>
    private static long CountElements(int[] shape)
    {
        var elements = 1L;
        foreach (var dimension in shape)
        {
            if (dimension < 0 || (dimension > 0 && elements > (1L << 60) / dimension))
            {
                return -1;
            }

            elements *= dimension;
        }

        return elements;
    }

    private static ActorNetException Damaged(string path, string what) =>
        new($"{path} is damaged or not a safetensors file: {what}; use another copy.");

    internal sealed record Entry(string Name, int[] Shape, int Elements, long Begin, long End);
}
