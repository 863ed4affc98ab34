using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Shards;

/// <summary>Writes a file of a sharded set in large blocks, and hashes it on the way.</summary>
internal sealed class ShardFileWriter : IDisposable
{
    private const int BlockBytes = 1 << 20;

    private readonly string _name;
    private readonly SafeFileHandle _handle;
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _block = new byte[BlockBytes];
    private int _filled;
    private long _written;

    /// <summary>A new file.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">Its name.</param>
    /// <param name="header">Its first bytes.</param>
    public ShardFileWriter(string folder, string name, ReadOnlySpan<byte> header)
    {
        _name = name;
        _handle = File.OpenHandle(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write);
        header.CopyTo(Next(header.Length));
    }

    /// <summary>The file's next bytes, for the caller to fill before it asks for more.</summary>
    public Span<byte> Next(int bytes)
    {
        if (_filled + bytes > _block.Length)
        {
            WriteBlock();
            if (bytes > _block.Length)
            {
                _block = new byte[bytes];
            }
        }

        _filled += bytes;
        return _block.AsSpan(_filled - bytes, bytes);
    }

    /// <summary>Writes what is left.</summary>
    public ShardFile Complete()
    {
        WriteBlock();
        return new ShardFile(_name, _written, Convert.ToHexStringLower(_sha.GetHashAndReset()));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle.Dispose();
        _sha.Dispose();
    }

    private void WriteBlock()
    {
        var block = _block.AsSpan(0, _filled);
        _sha.AppendData(block);
        RandomAccess.Write(_handle, block, _written);
        _written += _filled;
        _filled = 0;
    }
}
