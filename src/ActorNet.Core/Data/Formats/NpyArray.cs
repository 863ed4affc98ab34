using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using System.Text.RegularExpressions;

namespace ActorNet.Core.Data.Formats;

/// <summary>Where a NumPy array is: a file of its own, or an entry of an .npz archive.</summary>
/// <param name="Path">The file.</param>
/// <param name="Entry">The entry; null for a file of its own.</param>
internal sealed record ArrayPlace(string Path, string? Entry = null)
{
    /// <summary>The array, for errors.</summary>
    public override string ToString() => Entry is null ? Path : $"{Path}, array '{System.IO.Path.GetFileNameWithoutExtension(Entry)}'";
}

/// <summary>
/// Reads a NumPy array (NEP 1, format versions 1 to 3) row by row along its first dimension, as floats or whole numbers, in constant memory. Elements must
/// be little-endian numbers in row order; Python objects, which are pickled, are never read.
/// </summary>
internal sealed partial class NpyArray : IDisposable
{
    private const int MaxHeader = 1 << 20;

    private readonly ArrayPlace _place;
    private readonly ZipArchive? _archive;
    private readonly Stream _stream;
    private readonly Crc32? _crc;
    private readonly uint _expectedCrc;
    private readonly int _size;
    private readonly byte[] _row;
    private bool _checked;
    private int _read;

    /// <summary>Opens an array.</summary>
    /// <exception cref="ActorNetException">It cannot be read, is damaged, or has elements of another kind.</exception>
    public NpyArray(ArrayPlace place)
    {
        _place = place;
        try
        {
            if (place.Entry is { } name)
            {
                _archive = OpenArchive(place.Path);
                (_stream, _crc, _expectedCrc) = InArchive(place.Path, () => _archive.GetEntry(name) is { } entry ? (entry.Open(), new Crc32(), entry.Crc32) : throw new InvalidDataException());
            }
            else
            {
                _stream = new OpenFile(place.Path);
            }

            (Code, Shape) = ReadHeader();
            _size = SizeOf(Code) ?? throw Unreadable(Code);
            RowElements = Shape.Skip(1).Aggregate(1L, (product, size) => Math.Min(product * size, int.MaxValue)) is var elements && elements * _size <= Array.MaxLength && elements > 0
                ? (int)elements
                : throw new ActorNetException($"{place}: a row of its shape ({string.Join(", ", Shape)}) has no elements, or too many.");
            _row = ReadFirstRow();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The type of the elements as the header writes it.</summary>
    public string Code { get; }

    /// <summary>Elements along each dimension.</summary>
    public int[] Shape { get; }

    /// <summary>Rows.</summary>
    public int Rows => Shape[0];

    /// <summary>Elements of a row.</summary>
    public int RowElements { get; }

    /// <summary>Whether the elements are bytes.</summary>
    public bool IsBytes => Code == "|u1";

    /// <summary>Whether the elements are whole numbers.</summary>
    public bool IsWhole => Code[1] is 'u' or 'i' or 'b';

    /// <summary>Opens an .npz archive.</summary>
    /// <exception cref="ActorNetException">It cannot be read, or is damaged.</exception>
    public static ZipArchive OpenArchive(string path) => InArchive(path, () => ZipFile.OpenRead(path));

    /// <summary>The names of an archive's entries.</summary>
    /// <exception cref="ActorNetException">It cannot be read, or is damaged.</exception>
    public static string[] EntriesOf(string path)
    {
        using var archive = OpenArchive(path);
        return InArchive(path, () => archive.Entries.Select(entry => entry.FullName).ToArray());
    }

    /// <summary>Does something with an archive, which shows bit by bit whether it is whole.</summary>
    private static T InArchive<T>(string path, Func<T> read)
    {
        try
        {
            return OpenFile.Guard(path, read);
        }
        catch (Exception error) when (error is InvalidDataException or NotSupportedException or ArgumentException or OverflowException)
        {
            throw new ActorNetException($"'{path}' is damaged or truncated: it is no whole .npz archive. Copy it again.", error);
        }
    }

    /// <summary>Reads the next row.</summary>
    /// <exception cref="ActorNetException">The array ends too early, or is damaged.</exception>
    public void ReadRow()
    {
        if (_read > 0 && Fill(_row) < _row.Length)
        {
            throw Truncated();
        }

        _read++;
        if (_read == Rows && _crc is not null && !_checked)
        {
            _checked = true;
            if (_crc.GetCurrentHashAsUInt32() != _expectedCrc)
            {
                throw new ActorNetException($"{_place}: its checksum is wrong: the file is damaged. Copy it again.");
            }
        }
    }

    /// <summary>The row's elements as floats.</summary>
    /// <param name="values">As many floats as are wanted, from the row's beginning.</param>
    /// <exception cref="ActorNetException">One is not finite.</exception>
    public void Floats(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Element(_row.AsSpan(i * _size));
            if (!float.IsFinite(values[i]))
            {
                throw Error(i, $"{values[i].ToString(CultureInfo.InvariantCulture)} is not finite as a float: fill it in, or remove the row");
            }
        }
    }

    /// <summary>One of the row's elements as a whole number.</summary>
    /// <exception cref="ActorNetException">It is none.</exception>
    public long Whole(int element)
    {
        var at = _row.AsSpan(element * _size);
        return Code switch
        {
            "<i8" => BinaryPrimitives.ReadInt64LittleEndian(at),
            _ when Element(at) is var value && MathF.Truncate(value) == value && Math.Abs(value) < 1 << 24 => (long)value,
            _ => throw Error(element, $"{Element(at).ToString(CultureInfo.InvariantCulture)} is no class, which is a whole number: numbers to predict are --task regression"),
        };
    }

    /// <summary>An error of an element of the row that was read last.</summary>
    public ActorNetException Error(int element, string trouble) =>
        new($"{_place}, row {_read - 1}{(RowElements > 1 ? $", column {element}" : "")} (from 0): {trouble}.");

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream?.Dispose();
        _archive?.Dispose();
    }

    /// <summary>The first row, in memory that grows with what really arrives: a small file can say that its rows are large.</summary>
    private byte[] ReadFirstRow()
    {
        const int FirstBytes = 1 << 20;
        if (Rows == 0)
        {
            throw new ActorNetException($"{_place}: it has no rows: an array needs a row for each sample.");
        }

        var row = new byte[Math.Min(RowElements * _size, FirstBytes)];
        for (var read = 0; (read += Fill(row.AsSpan(read))) < RowElements * _size;)
        {
            if (read < row.Length)
            {
                throw Truncated();
            }

            Array.Resize(ref row, (int)Math.Min((long)RowElements * _size, 2L * row.Length));
        }

        return row;
    }

    private ActorNetException Truncated() => new($"{_place}: it ends in row {_read} of {Rows} (from 0): the file is truncated. Copy it again.");

    private static int? SizeOf(string code) => code switch
    {
        "|u1" or "|i1" or "|b1" => 1,
        "<u2" or "<i2" or "<f2" => 2,
        "<u4" or "<i4" or "<f4" => 4,
        "<u8" or "<i8" or "<f8" => 8,
        _ => null,
    };

    private float Element(ReadOnlySpan<byte> at) => Code switch
    {
        "|u1" or "|b1" => at[0],
        "|i1" => (sbyte)at[0],
        "<u2" => BinaryPrimitives.ReadUInt16LittleEndian(at),
        "<i2" => BinaryPrimitives.ReadInt16LittleEndian(at),
        "<f2" => (float)BinaryPrimitives.ReadHalfLittleEndian(at),
        "<u4" => BinaryPrimitives.ReadUInt32LittleEndian(at),
        "<i4" => BinaryPrimitives.ReadInt32LittleEndian(at),
        "<f4" => BinaryPrimitives.ReadSingleLittleEndian(at),
        "<u8" => BinaryPrimitives.ReadUInt64LittleEndian(at),
        "<i8" => BinaryPrimitives.ReadInt64LittleEndian(at),
        _ => (float)BinaryPrimitives.ReadDoubleLittleEndian(at),
    };

    private ActorNetException Unreadable(string code) => new(code switch
    {
        "|O" => $"{_place}: it holds Python objects (pickled), which are not read: save numbers, e.g. as float32.",
        ['>', ..] => $"{_place}: its elements are big-endian ({code}): save them with astype('<{code[1..]}').",
        ['<' or '|', 'U' or 'S', ..] => $"{_place}: it holds texts ({code}): save class numbers, e.g. np.unique(y, return_inverse=True)[1].",
        _ => $"{_place}: elements of type {code} are not read: save whole numbers or floats of 1 to 8 bytes.",
    });

    private (string Code, int[] Shape) ReadHeader()
    {
        Span<byte> start = stackalloc byte[12];
        if (Fill(start[..8]) < 8 || start[0] != 0x93 || !start[1..].StartsWith("NUMPY"u8) || start[6] is < 1 or > 3)
        {
            throw new ActorNetException($"{_place}: it is no NumPy array of version 1 to 3.");
        }

        var lengthBytes = start[6] == 1 ? 2 : 4;
        var length = Fill(start.Slice(8, lengthBytes)) < lengthBytes ? 0
            : lengthBytes == 2 ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        var header = new byte[Math.Min(length, MaxHeader)];
        var text = Fill(header) < header.Length ? "" : Encoding.Latin1.GetString(header);
        if (Structured().IsMatch(text))
        {
            throw new ActorNetException($"{_place}: it is a structured array: save its fields as arrays of their own.");
        }

        if (Dictionary().Match(text) is not { Success: true } match)
        {
            throw new ActorNetException($"{_place}: its header is damaged.");
        }

        int[] shape = [.. match.Groups["size"].Captures.Select(size => int.TryParse(size.ValueSpan, CultureInfo.InvariantCulture, out var value) ? value : throw TooLarge())];
        if (shape.Length == 0)
        {
            throw new ActorNetException($"{_place}: it is a single number: an array needs a row for each sample.");
        }

        var code = match.Groups["code"].Value;
        return match.Groups["order"].Value == "True" && shape.Length > 1
            ? throw new ActorNetException($"{_place}: it is in Fortran order: save np.ascontiguousarray(…) of it.")
            : (code is "<u1" or "<i1" or "<b1" ? $"|{code[1..]}" : code, shape);

        ActorNetException TooLarge() => new($"{_place}: its shape is larger than a data set can be.");
    }

    private int Fill(Span<byte> bytes)
    {
        try
        {
            var count = _stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            _crc?.Append(bytes[..count]);
            return count;
        }
        catch (Exception error) when (error is InvalidDataException or IOException)
        {
            throw new ActorNetException($"{_place}: it is damaged or cannot be read ({error.Message.TrimEnd('.')}). Copy it again.", error);
        }
    }

    [GeneratedRegex(@"^\{'descr': '(?<code>[^']+)', 'fortran_order': (?<order>True|False), 'shape': \((?:(?<size>\d+)L?(?:, ?(?<size>\d+)L?)*,?)?\), *\} *\n?$")]
    private static partial Regex Dictionary();

    [GeneratedRegex(@"^\{'descr': \[")]
    private static partial Regex Structured();
}
