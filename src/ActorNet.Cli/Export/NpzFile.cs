using System.IO.Compression;
using System.Runtime.InteropServices;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;

namespace ActorNet.Cli.Export;

/// <summary>Tensors as NumPy's archive: a zip of .npy files by the tensors' names, uncompressed as <c>numpy.savez</c> writes it.</summary>
internal static class NpzFile
{
    /// <summary>A time for all entries, so that equal tensors make equal files: the first that a zip knows.</summary>
    private static readonly DateTimeOffset _noTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Writes an archive, whole or not at all.</summary>
    /// <exception cref="Core.ActorNetException">It cannot be written.</exception>
    public static void Write(IEnumerable<NamedTensor> tensors, string path) => OutputFile.Write(path, stream =>
    {
        using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        foreach (var tensor in tensors)
        {
            var entry = archive.CreateEntry($"{tensor.Name}.npy", CompressionLevel.NoCompression);
            entry.LastWriteTime = _noTime;
            using var file = entry.Open();
            file.Write(NpyFile.Header(NpyType.Float32, tensor.Shape));
            file.Write(MemoryMarshal.AsBytes(tensor.Data.Span));
        }
    });
}
