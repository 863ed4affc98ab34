using System.Buffers.Binary;
using System.IO.Compression;

namespace ActorNet.Core.Data.Formats;

/// <summary>A file to be read once from its beginning, compressed with gzip or not: told by its first bytes, whatever its name.</summary>
internal sealed class OpenFile : Stream
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly GZipStream? _gzip;
    private long _read;

    /// <summary>Opens it.</summary>
    /// <exception cref="ActorNetException">It is missing or cannot be read.</exception>
    public OpenFile(string path)
    {
        _path = path;
        _file = Guard(path, () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan));
        if (Guard(path, () => _file.ReadByte() == 0x1F && _file.ReadByte() == 0x8B))
        {
            _gzip = new GZipStream(_file, CompressionMode.Decompress);
        }

        _file.Position = 0;
    }

    /// <summary>The part of the file that was read.</summary>
    public double Done => _file.Length == 0 ? 1 : (double)_file.Position / _file.Length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <summary>Does something with a file; what goes wrong with it becomes an error that names it.</summary>
    public static T Guard<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ActorNetException($"'{path}' does not exist.", error);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new ActorNetException($"'{path}' cannot be read: {error.Message}", error);
        }
    }

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var count = _gzip is null ? _file.Read(buffer) : _gzip.Read(buffer);
            _read += count;
            if (count == 0 && _gzip is not null && buffer.Length > 0)
            {
                CheckGzipEnd();
            }

            return count;
        }
        catch (InvalidDataException error)
        {
            throw new ActorNetException($"'{_path}' is damaged or truncated: its gzip data cannot be decompressed to the end. Copy it again.", error);
        }
        catch (IOException error)
        {
            throw new ActorNetException($"'{_path}' cannot be read: {error.Message}", error);
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip?.Dispose();
            _file.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>The decompressor takes a file that is cut within its last bytes for whole; the size at a gzip file's end shows the cut.</summary>
    private void CheckGzipEnd()
    {
        Span<byte> end = stackalloc byte[sizeof(uint)];
        if (_file.Length >= end.Length)
        {
            RandomAccess.Read(_file.SafeFileHandle, end, _file.Length - end.Length);
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(end) != (uint)_read)
        {
            throw new ActorNetException($"'{_path}' is truncated, or of several gzip files one after the other: copy it again, or decompress it.");
        }
    }
}
