using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Core.Data;

/// <summary>A type of elements in a NumPy file.</summary>
/// <param name="Name">NumPy's name.</param>
/// <param name="Code">How a file's header writes it.</param>
/// <param name="Size">Bytes of an element.</param>
internal sealed record NpyType(string Name, string Code, int Size)
{
    public static NpyType UInt8 { get; } = new("uint8", "|u1", 1);

    public static NpyType Int32 { get; } = new("int32", "<i4", 4);

    public static NpyType Float32 { get; } = new("float32", "<f4", 4);

    /// <summary>The type of a name; null for one that is not read here.</summary>
    public static NpyType? Find(string name) => Array.Find([UInt8, Int32, Float32], type => type.Name == name);
}

/// <summary>The head of a NumPy file.</summary>
/// <param name="Code">The type of the elements as written there.</param>
/// <param name="Shape">Elements along each dimension, the slowest first.</param>
/// <param name="Length">Bytes before the first element.</param>
internal sealed record NpyHeader(string Code, int[] Shape, int Length);

/// <summary>
/// NumPy's array files (NEP 1, format version 1.0): the magic bytes 93 «NUMPY» 1 0, the length of the header as 16 bits, the header as a Python
/// dictionary padded to a multiple of 64, then the elements row by row, little-endian.
/// </summary>
internal static partial class NpyFile
{
    private const int Prefix = 10;
    private const int Alignment = 64;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y', 1, 0];

    /// <summary>All bytes before the elements.</summary>
    public static byte[] Header(NpyType type, params IEnumerable<int> shape)
    {
        int[] sizes = [.. shape];
        var tuple = sizes.Length == 1 ? $"{sizes[0]}," : string.Join(", ", sizes);
        var text = $"{{'descr': '{type.Code}', 'fortran_order': False, 'shape': ({tuple}), }}";
        var length = (Prefix + text.Length + Alignment) / Alignment * Alignment;
        var header = new byte[length];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(Magic.Length), (ushort)(length - Prefix));
        Encoding.ASCII.GetBytes(text.PadRight(length - Prefix - 1) + '\n', header.AsSpan(Prefix));
        return header;
    }

    /// <summary>Reads the head of a file.</summary>
    /// <param name="start">The beginning of the file, or all of it.</param>
    /// <returns>The head; null when it is none of an array in row order.</returns>
    public static NpyHeader? ReadHeader(ReadOnlySpan<byte> start)
    {
        if (start.Length < Prefix || !start.StartsWith(Magic))
        {
            return null;
        }

        var length = Prefix + BinaryPrimitives.ReadUInt16LittleEndian(start[Magic.Length..]);
        if (start.Length < length || Dictionary().Match(Encoding.Latin1.GetString(start[Prefix..length])) is not { Success: true } match)
        {
            return null;
        }

        var sizes = match.Groups["size"].Captures.Select(size => int.TryParse(size.ValueSpan, CultureInfo.InvariantCulture, out var value) ? value : -1);
        return new NpyHeader(match.Groups["code"].Value, [.. sizes], length);
    }

    [GeneratedRegex(@"^\{'descr': '(?<code>[^']+)', 'fortran_order': False, 'shape': \((?:(?<size>\d+)(?:, ?(?<size>\d+))*,?)?\), \} *\n$")]
    private static partial Regex Dictionary();
}
