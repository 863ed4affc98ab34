using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace ActorNet.Core.Data.Formats;

/// <summary>
/// A set on the disk in rows of one size, so that any sample can be read while none is in memory: what a large file of text becomes on its way to shards.
/// The file is temporary: it goes when the set is disposed.
/// </summary>
internal sealed class PackedDataSet : DataSet, IDisposable
{
    private const int BlockBytes = 1 << 20;
    private const int RowsBetweenReports = 1024;

    [ThreadStatic]
    private static byte[]? _scratch;

    private readonly SafeFileHandle _file;
    private readonly SampleFormat _format;
    private readonly int[] _classes;
    private readonly bool _bytes;
    private readonly int _targetNumbers;
    private readonly int[]? _perClass;

    private PackedDataSet(SafeFileHandle file, SampleReader reader, string name, int count, int[] perLabel)
    {
        _file = file;
        (_format, _classes) = reader.Classes();
        (_bytes, InputShape, _targetNumbers) = (reader.HasBytes, reader.InputShape, reader.TargetNumbers);
        (Name, Task, Count, InputSize) = (name, reader.Task, count, reader.InputSize);
        TargetSize = _format.Classes?.Count ?? reader.TargetNumbers;
        if (Task == TaskKind.Classification)
        {
            _perClass = new int[TargetSize];
            for (var label = 0; label < perLabel.Length; label++)
            {
                _perClass[_classes[label]] += perLabel[label];
            }
        }
    }

    public override string Name { get; }

    public override TaskKind Task { get; }

    public override int Count { get; }

    public override int InputSize { get; }

    public override int TargetSize { get; }

    /// <summary>None: the set is on its way to shards, which have one.</summary>
    public override string Hash => throw new NotSupportedException("A set that is on its way to shards has no hash of its own.");

    internal override SampleFormat? Format => _format;

    internal override bool HasBytes => _bytes;

    internal override ImageShape? Image => _bytes && InputShape is [var height, var width] ? new ImageShape(width, height) : null;

    internal override IReadOnlyList<int>? InputShape { get; }

    internal override IReadOnlyList<int>? PerClass => _perClass;

    private int InputBytes => _bytes ? InputSize : InputSize * sizeof(float);

    private int RowBytes => InputBytes + _targetNumbers * sizeof(float);

    /// <summary>Reads a file of samples to its end and writes them.</summary>
    /// <param name="reader">The file.</param>
    /// <param name="name">The set's name.</param>
    /// <param name="path">The file to write, which must not exist.</param>
    /// <param name="progress">Is told how much is read, 0 to 1.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="ActorNetException">The file is damaged or has no samples, or the disk is full.</exception>
    public static PackedDataSet Write(SampleReader reader, string name, string path, Action<double>? progress, CancellationToken cancellation)
    {
        var file = OpenFile.Guard(path, () => File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose));
        try
        {
            var perLabel = new int[ClassNames.Most];
            var count = Write(reader, file, path, perLabel, progress, cancellation);
            return count > 0
                ? new PackedDataSet(file, reader, name, count, perLabel[..(reader.Labels is null ? 0 : reader.Classes().Classes.Length)])
                : throw new ActorNetException($"'{reader.File}' has no samples: it needs a row for each.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var row = (_scratch?.Length >= RowBytes ? _scratch : _scratch = new byte[RowBytes]).AsSpan(0, RowBytes);
        if (RandomAccess.Read(_file, row, (long)index * RowBytes) < row.Length)
        {
            throw new ActorNetException($"the temporary copy of '{Name}' has lost its end: somebody else has changed it. Try again.");
        }

        if (_bytes)
        {
            ImageDataSet.ToUnitRange(row[..InputBytes], inputs);
        }
        else
        {
            row[..InputBytes].CopyTo(MemoryMarshal.AsBytes(inputs));
        }

        var numbers = MemoryMarshal.Cast<byte, float>(row[InputBytes..]);
        if (Task == TaskKind.Classification)
        {
            targets.Clear();
            targets[_classes[(int)numbers[0]]] = 1f;
        }
        else
        {
            numbers.CopyTo(targets);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static int Write(SampleReader reader, SafeFileHandle file, string path, int[] perLabel, Action<double>? progress, CancellationToken cancellation)
    {
        var (inputs, targets) = (new float[reader.InputSize], new float[reader.TargetNumbers]);
        var inputBytes = reader.HasBytes ? inputs.Length : inputs.Length * sizeof(float);
        var rowBytes = inputBytes + targets.Length * sizeof(float);
        var block = new byte[Math.Max(BlockBytes / rowBytes, 1) * rowBytes];
        var (count, filled, written) = (0, 0, 0L);
        while (reader.Read(inputs, targets))
        {
            var row = block.AsSpan(filled, rowBytes);
            if (reader.HasBytes)
            {
                ImageDataSet.ToBytes(inputs, row);
            }
            else
            {
                MemoryMarshal.AsBytes<float>(inputs).CopyTo(row);
            }

            MemoryMarshal.AsBytes<float>(targets).CopyTo(row[inputBytes..]);
            perLabel[reader.Labels is null ? 0 : (int)targets[0]]++;
            filled += rowBytes;
            count = checked(count + 1);
            if (filled == block.Length)
            {
                Flush();
            }

            if (count % RowsBetweenReports == 0)
            {
                cancellation.ThrowIfCancellationRequested();
                progress?.Invoke(reader.Done);
            }
        }

        Flush();
        return count;

        void Flush()
        {
            try
            {
                RandomAccess.Write(file, block.AsSpan(0, filled), written);
            }
            catch (IOException error)
            {
                throw new ActorNetException($"'{path}' cannot be written: {error.Message.TrimEnd('.')}. Make room there, or give another folder.", error);
            }

            (written, filled) = (written + filled, 0);
        }
    }
}
