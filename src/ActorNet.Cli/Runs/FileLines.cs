using ActorNet.Core;

namespace ActorNet.Cli.Runs;

/// <summary>The lines of a file as bytes, one at a time, in one buffer.</summary>
internal sealed class FileLines : IDisposable
{
    /// <summary>No event is near that long: what is longer is some other file.</summary>
    private const int MostBytes = 64 << 20;

    private readonly string _path;
    private readonly FileStream _stream;
    private byte[] _buffer = new byte[256 * 1024];
    private int _start;
    private int _end;

    /// <summary>Opens a file that another process may be writing.</summary>
    /// <exception cref="ActorNetException">It cannot be opened.</exception>
    public FileLines(string path)
    {
        _path = path;
        try
        {
            _stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(error);
        }
    }

    /// <summary>The line, without its end; valid until the next one is asked for.</summary>
    public ReadOnlyMemory<byte> Current { get; private set; }

    /// <summary>Its number, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>Whether the line has an end; the last of a file may have none.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>Goes to the next line.</summary>
    /// <returns>Whether there is one.</returns>
    /// <exception cref="ActorNetException">The file cannot be read, or has no lines.</exception>
    public bool MoveNext()
    {
        for (var searched = 0; ;)
        {
            var length = _buffer.AsSpan((_start + searched).._end).IndexOf((byte)'\n');
            if (length >= 0)
            {
                Take(searched + length, isEnded: true);
                return true;
            }

            searched = _end - _start;
            if (!Fill())
            {
                if (searched == 0)
                {
                    return false;
                }

                Take(searched, isEnded: false);
                return true;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Take(int length, bool isEnded)
    {
        Current = _buffer.AsMemory(_start, length);
        _start += isEnded ? length + 1 : length;
        (IsEnded, Number) = (isEnded, Number + 1);
    }

    /// <summary>Reads on behind what is there, moved to the front of the buffer.</summary>
    private bool Fill()
    {
        if (_end - _start == _buffer.Length)
        {
            if (_buffer.Length >= MostBytes)
            {
                throw new ActorNetException($"{_path}, line {Number + 1} is longer than {MostBytes >> 20} MB: this is no record of a run.");
            }

            Array.Resize(ref _buffer, 2 * _buffer.Length);
        }

        _buffer.AsSpan(_start.._end).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        try
        {
            var read = _stream.Read(_buffer.AsSpan(_end));
            _end += read;
            return read > 0;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CannotRead(error);
        }
    }

    private ActorNetException CannotRead(Exception error) =>
        new($"record {_path} cannot be read ({error.Message}): give a run's folder, or its record.jsonl.", error);
}
