using System.Runtime.InteropServices;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// Floats that end where the next page begins, or begin where the last one ends, and that page may not be touched: one byte read beyond them kills the
/// process. Linux alone.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ReadWrite = 3, PrivateAnonymous = 0x22;
    private readonly byte* _start;
    private readonly nuint _length;
    private readonly float* _values;
    private readonly int _count;

    public GuardedMemory(int count, bool atEnd)
    {
        var page = (nuint)Environment.SystemPageSize;
        var room = ((nuint)count * sizeof(float) + page - 1) / page * page;
        _count = count;
        _length = room + 2 * page;
        _start = (byte*)Map(null, _length, 0, PrivateAnonymous, -1, 0);
        Assert.True((nint)_start != -1, $"mmap failed with {Marshal.GetLastPInvokeError()}.");
        Assert.Equal(0, Protect(_start + page, room, ReadWrite));
        _values = (float*)(atEnd ? _start + page + room - (nuint)count * sizeof(float) : _start + page);
    }

    public Span<float> Span => new(_values, _count);

    public void Dispose() => _ = Unmap(_start, _length);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial void* Map(void* address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect", SetLastError = true)]
    private static partial int Protect(void* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(void* address, nuint length);
}
