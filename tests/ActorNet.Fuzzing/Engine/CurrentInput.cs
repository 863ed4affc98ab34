using System.IO.MemoryMappedFiles;

namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// The input that is being tried, in a file that another process sees: when this one dies of it, by a stack that overflows, or has to be killed because it does not
/// end, the other knows of what.
/// </summary>
internal sealed unsafe class CurrentInput : IDisposable
{
    private const int Bytes = 2 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;

    /// <summary>Opens the file, or makes it.</summary>
    public CurrentInput(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, Bytes);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>How many inputs were tried: a number that stands still means one that does not end.</summary>
    public long Number => Volatile.Read(ref *(long*)_start);

    /// <summary>The input.</summary>
    public byte[] Get() => new ReadOnlySpan<byte>(_start + 16, *(int*)(_start + 8)).ToArray();

    /// <summary>Notes an input before it is tried.</summary>
    public void Set(byte[] input)
    {
        input.CopyTo(new Span<byte>(_start + 16, Bytes - 16));
        *(int*)(_start + 8) = input.Length;
        Volatile.Write(ref *(long*)_start, Number + 1);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }
}
