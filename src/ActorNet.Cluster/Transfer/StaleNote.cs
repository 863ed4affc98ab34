using System.Buffers.Binary;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Transfer;

/// <summary>
/// What goes with weights where parts are applied as they arrive: updates (8 bytes), the first step that may not be begun (8), parts refused (4), then each slice's next
/// step (8); all little-endian. A part's note is then led by the updates in the weights that it was computed from (8).
/// </summary>
internal static class StaleNote
{
    /// <summary>Bytes of what leads a part's note.</summary>
    public const int LeadBytes = 8;

    private const int HeadBytes = 20;
    private const int SliceBytes = 8;

    /// <summary>Writes a note: once an update and node.</summary>
    public static byte[] Write(StaleNews news)
    {
        var note = new byte[HeadBytes + news.Steps.Length * SliceBytes];
        BinaryPrimitives.WriteInt64LittleEndian(note, news.Updates);
        BinaryPrimitives.WriteInt64LittleEndian(note.AsSpan(8), news.Allowed);
        BinaryPrimitives.WriteInt32LittleEndian(note.AsSpan(16), news.Refused);
        for (var slice = 0; slice < news.Steps.Length; slice++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(note.AsSpan(HeadBytes + slice * SliceBytes), news.Steps[slice]);
        }

        return note;
    }

    /// <summary>Reads a note.</summary>
    /// <param name="note">The note.</param>
    /// <param name="slices">Slices of the job.</param>
    /// <exception cref="LinkException">It is not one of a job of so many slices.</exception>
    public static StaleNews Read(ReadOnlySpan<byte> note, int slices)
    {
        if (note.Length != HeadBytes + slices * SliceBytes)
        {
            throw new LinkException($"weights came with a note of {note.Length} bytes: of {slices} slices it has {HeadBytes + slices * SliceBytes}");
        }

        var steps = new long[slices];
        for (var slice = 0; slice < slices; slice++)
        {
            steps[slice] = NotNegative(note[(HeadBytes + slice * SliceBytes)..]);
        }

        return new StaleNews(NotNegative(note), NotNegative(note[8..]), BinaryPrimitives.ReadInt32LittleEndian(note[16..]), steps);
    }

    /// <summary>Reads what leads a part's note.</summary>
    /// <exception cref="LinkException">It is too short, or no number of updates.</exception>
    public static long ReadLead(ReadOnlySpan<byte> note) =>
        note.Length < LeadBytes ? throw new LinkException("a part came without the updates in the weights that it was computed from") : NotNegative(note);

    private static long NotNegative(ReadOnlySpan<byte> note) => BinaryPrimitives.ReadInt64LittleEndian(note) is >= 0 and var number
        ? number
        : throw new LinkException("a note counts steps or updates below zero");
}
