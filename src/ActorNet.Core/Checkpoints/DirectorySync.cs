using System.Runtime.InteropServices;

using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Checkpoints;

/// <summary>Puts a directory's entries on the disk, so that a renamed or new file outlives a power cut.</summary>
internal static partial class DirectorySync
{
    /// <summary>Syncs where the platform has a way to (not on Windows). .NET opens no directories, hence the system call.</summary>
    internal static void Flush(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int ReadOnly = 0;
        var descriptor = Open(folder, ReadOnly);
        if (descriptor < 0)
        {
            throw new IOException($"{folder} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        using var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        RandomAccess.FlushToDisk(handle);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);
}
