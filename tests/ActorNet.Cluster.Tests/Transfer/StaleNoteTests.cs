using System.Buffers.Binary;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cluster.Tests.Transfer;

public sealed class StaleNoteTests
{
    private static readonly StaleNews _news = new(long.MaxValue, 12, 3, [0, 5, long.MaxValue]);

    [Fact]
    public void A_note_reads_back_as_it_was_written()
    {
        var read = StaleNote.Read(StaleNote.Write(_news), slices: 3);
        Assert.Equal((_news.Updates, _news.Allowed, _news.Refused), (read.Updates, read.Allowed, read.Refused));
        Assert.Equal(_news.Steps, read.Steps);
    }

    [Fact]
    public void A_note_of_another_length_is_refused()
    {
        var note = StaleNote.Write(_news);
        Assert.Throws<LinkException>(() => StaleNote.Read(note, slices: 2));
        Assert.Throws<LinkException>(() => StaleNote.Read(note.AsSpan(1), slices: 3));
        Assert.Throws<LinkException>(() => StaleNote.Read([], slices: 3));
        Assert.Throws<LinkException>(() => StaleNote.ReadLead(note.AsSpan(0, 7)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(20)]
    [InlineData(36)]
    public void Steps_and_updates_below_zero_are_refused(int at)
    {
        var note = StaleNote.Write(_news);
        BinaryPrimitives.WriteInt64LittleEndian(note.AsSpan(at), -1);
        Assert.Throws<LinkException>(() => StaleNote.Read(note, slices: 3));
    }
}
