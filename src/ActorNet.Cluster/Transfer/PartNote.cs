using System.Buffers.Binary;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// The counts that go with a part, in a frame's note: cost (8 bytes), correct (4), then count and digest of each slice (4 + 8), then number and samples of
/// each worker (4 + 4); all little-endian.
/// </summary>
internal static class PartNote
{
    private const int HeadBytes = 12;
    private const int SliceBytes = 12;
    private const int WorkerBytes = 8;

    /// <summary>Bytes of a part's note.</summary>
    public static int Length(int slices, int workers) => HeadBytes + slices * SliceBytes + workers * WorkerBytes;

    /// <summary>Writes a note.</summary>
    /// <returns>Its length.</returns>
    public static int Write(Span<byte> note, GradientPart part, List<(int Worker, int Samples)> workers)
    {
        BinaryPrimitives.WriteDoubleLittleEndian(note, part.Cost);
        BinaryPrimitives.WriteInt32LittleEndian(note[8..], part.Correct);
        var at = HeadBytes;
        foreach (var slice in part.Slices)
        {
            BinaryPrimitives.WriteInt32LittleEndian(note[at..], slice.Count);
            BinaryPrimitives.WriteUInt64LittleEndian(note[(at + 4)..], slice.Digest);
            at += SliceBytes;
        }

        foreach (var (worker, samples) in workers)
        {
            BinaryPrimitives.WriteInt32LittleEndian(note[at..], worker);
            BinaryPrimitives.WriteInt32LittleEndian(note[(at + 4)..], samples);
            at += WorkerBytes;
        }

        return at;
    }

    /// <summary>Reads a note into the part that it belongs to.</summary>
    /// <returns>False when it is not one of a part of so many slices.</returns>
    public static bool TryRead(ReadOnlySpan<byte> note, GradientPart part, List<(int Worker, int Samples)> workers)
    {
        var slices = HeadBytes + part.Slices.Length * SliceBytes;
        if (note.Length < slices || (note.Length - slices) % WorkerBytes != 0)
        {
            return false;
        }

        part.Cost = BinaryPrimitives.ReadDoubleLittleEndian(note);
        part.Correct = BinaryPrimitives.ReadInt32LittleEndian(note[8..]);
        for (var i = 0; i < part.Slices.Length; i++)
        {
            var slice = note[(HeadBytes + i * SliceBytes)..];
            part.Slices[i] = new SliceTally(BinaryPrimitives.ReadInt32LittleEndian(slice), BinaryPrimitives.ReadUInt64LittleEndian(slice[4..]));
        }

        workers.Clear();
        for (var at = slices; at < note.Length; at += WorkerBytes)
        {
            workers.Add((BinaryPrimitives.ReadInt32LittleEndian(note[at..]), BinaryPrimitives.ReadInt32LittleEndian(note[(at + 4)..])));
        }

        return true;
    }
}
