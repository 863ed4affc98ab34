using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;

namespace ActorNet.Core.Data;

/// <summary>
/// IDX files, the format of MNIST: a magic number 0 0 type rank, then one big-endian 32-bit size per dimension, then the elements.
/// Here unsigned bytes of rank 3 (images: magic 0x00000803, count, rows, columns) and rank 1 (labels: 0x00000801, count). A file
/// compressed with gzip is told by its first bytes, whatever its name.
/// </summary>
internal static class IdxFile
{
    private const int ImagesMagic = 0x0803, LabelsMagic = 0x0801;
    private const int MaxSide = 4096;
    private const int MaxClass = 255;

    // One array holds the elements, so they are as many as an array can have.
    private static readonly long _maxElements = Array.MaxLength;

    /// <summary>Reads a file of images and one of labels, and checks that they belong together.</summary>
    /// <param name="imagesPath">Images, 0x803, plain or gzip.</param>
    /// <param name="labelsPath">Labels, 0x801, plain or gzip.</param>
    /// <param name="name">The set's name.</param>
    /// <param name="classes">The number of classes; labels are below it.</param>
    /// <exception cref="ActorNetException">
    /// A file is missing, unreadable, not IDX, truncated or too long, has absurd sizes, the counts differ, or a label is out of range.
    /// </exception>
    public static ImageDataSet Read(string imagesPath, string labelsPath, string name, int classes = 10)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(classes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(classes, MaxClass + 1);
        var (count, height, width, pixels) = ReadImages(imagesPath);
        var labels = ReadLabels(labelsPath);
        if (labels.Length != count)
        {
            throw new ActorNetException(
                $"'{imagesPath}' has {Say(count)} images but '{labelsPath}' has {Say(labels.Length)} labels: they do not belong together.");
        }
        var wrong = labels.AsSpan().IndexOfAnyExceptInRange((byte)0, (byte)(classes - 1));
        if (wrong >= 0)
        {
            throw new ActorNetException(
                $"'{labelsPath}': label {labels[wrong]} at index {wrong} is out of range; with {classes} classes labels go from 0 to {classes - 1}.");
        }
        return new ImageDataSet(name, width, height, classes, pixels, labels);
    }

    /// <summary>Writes images, uncompressed.</summary>
    /// <param name="stream">Receives the file.</param>
    /// <param name="width">Columns of an image.</param>
    /// <param name="height">Rows of an image.</param>
    /// <param name="pixels">The images one after the other, each row by row.</param>
    /// <exception cref="ArgumentException">The pixels are not a whole number of images.</exception>
    public static void WriteImages(Stream stream, int width, int height, ReadOnlySpan<byte> pixels)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var (count, rest) = Math.DivRem(pixels.Length, width * height);
        if (rest != 0)
        {
            throw new ArgumentException($"{pixels.Length} bytes are not a whole number of {width} x {height} images.", nameof(pixels));
        }
        WriteHeader(stream, [ImagesMagic, count, height, width]);
        stream.Write(pixels);
    }

    /// <summary>Writes labels, uncompressed.</summary>
    public static void WriteLabels(Stream stream, ReadOnlySpan<byte> labels)
    {
        ArgumentNullException.ThrowIfNull(stream);
        WriteHeader(stream, [LabelsMagic, labels.Length]);
        stream.Write(labels);
    }

    internal static (int Count, int Height, int Width, byte[] Pixels) ReadImages(string path) => Guard(path, stream =>
    {
        var header = ReadHeader(stream, path, ImagesMagic, dimensions: 3);
        long count = header[0], height = header[1], width = header[2];
        if (height is 0 or > MaxSide || width is 0 or > MaxSide || count > _maxElements / (height * width))
        {
            throw new ActorNetException(
                $"'{path}' says that it holds {Say(count)} images of {Say(height)} x {Say(width)} pixels, "
                + "which no data set can have: it is damaged.");
        }
        return ((int)count, (int)height, (int)width, ReadElements(stream, path, header: 16, count * height * width));
    });

    internal static byte[] ReadLabels(string path) => Guard(path, stream =>
    {
        var count = ReadHeader(stream, path, LabelsMagic, dimensions: 1)[0];
        return count > _maxElements
            ? throw new ActorNetException($"'{path}' says that it holds {Say(count)} labels, more than a data set can have: it is damaged.")
            : ReadElements(stream, path, header: 8, count);
    });

    private static T Guard<T>(string path, Func<Stream, T> read)
    {
        try
        {
            using var stream = Open(path);
            return read(stream);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ActorNetException($"'{path}' does not exist.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ActorNetException($"'{path}' cannot be read: {e.Message}", e);
        }
        catch (InvalidDataException e)
        {
            throw new ActorNetException($"'{path}' is damaged: its gzip data cannot be decompressed.", e);
        }
    }

    private static Stream Open(string path)
    {
        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        var gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static uint[] ReadHeader(Stream stream, string path, int magic, int dimensions)
    {
        var header = new byte[4 * (1 + dimensions)];
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        var found = read >= 4 ? BinaryPrimitives.ReadInt32BigEndian(header) : -1;
        if (found != magic)
        {
            var what = found switch
            {
                ImagesMagic => "it holds images",
                LabelsMagic => "it holds labels",
                -1 => "it is too short",
                _ => $"it begins with 0x{found:X8}",
            };
            var wanted = magic == ImagesMagic ? "images (0x00000803)" : "labels (0x00000801)";
            throw new ActorNetException($"'{path}' is not an IDX file of {wanted}: {what}.");
        }
        return read < header.Length
            ? throw Truncated(path, header.Length, read)
            : [.. Enumerable.Range(1, dimensions).Select(i => BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 * i)))];
    }

    private static byte[] ReadElements(Stream stream, string path, int header, long count)
    {
        // A plain file says by its size whether it has what its header promises; what is in a gzip file shows only in reading.
        if (stream is FileStream file && file.Length - file.Position < count)
        {
            throw Truncated(path, count, file.Length - file.Position);
        }
        var elements = ReadUpTo(stream, count);
        if (elements.Length < count)
        {
            throw Truncated(path, count, elements.Length);
        }
        if (stream.ReadByte() >= 0)
        {
            throw new ActorNetException($"'{path}' goes on after the {Say(count)} bytes that its header promises: it is not a plain IDX file.");
        }
        CheckGzipEnd(stream, path, header + count);
        return elements;
    }

    /// <summary>The decompressor takes a file that is cut within its last bytes for whole; the size at a gzip file's end shows the cut.</summary>
    private static void CheckGzipEnd(Stream stream, string path, long size)
    {
        if (stream is GZipStream { BaseStream: var file })
        {
            Span<byte> end = stackalloc byte[sizeof(uint)];
            file.Position = file.Length - end.Length;
            file.ReadExactly(end);
            if (BinaryPrimitives.ReadUInt32LittleEndian(end) != (uint)size)
            {
                throw new ActorNetException($"'{path}' is truncated: its gzip data has no proper end.");
            }
        }
    }

    /// <summary>Grows with what really arrives, so that a false header in a small gzip file cannot claim gigabytes.</summary>
    private static byte[] ReadUpTo(Stream stream, long count)
    {
        const int firstBlock = 1 << 20;
        var elements = new byte[Math.Min(count, firstBlock)];
        var read = stream.ReadAtLeast(elements, elements.Length, throwOnEndOfStream: false);
        while (read == elements.Length && read < count)
        {
            Array.Resize(ref elements, (int)Math.Min(count, 2L * elements.Length));
            read += stream.ReadAtLeast(elements.AsSpan(read), elements.Length - read, throwOnEndOfStream: false);
        }
        return read == elements.Length ? elements : elements[..read];
    }

    private static void WriteHeader(Stream stream, ReadOnlySpan<int> values)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes, value);
            stream.Write(bytes);
        }
    }

    private static ActorNetException Truncated(string path, long promised, long found) =>
        new($"'{path}' is truncated: its header promises {Say(promised)} bytes, {Say(found)} are there.");

    private static string Say(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
