using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

public sealed class FrameCodecTests
{
    private static readonly FrameHeader _header = new()
    {
        Kind = FrameKind.Part,
        Incarnation = 3,
        Job = 0x0123456789ABCDEF,
        Step = 70_000,
        Partition = 2,
        First = 4,
        Count = 2,
        Length = 95_440,
        Hash = 0xFEDCBA9876543210,
        Sequence = 300,
        Note = new byte[] { 7, 8 },
    };

    /// <summary>What other builds on other machines read: a change of these bytes needs another protocol version.</summary>
    [Fact]
    public void The_bytes_of_a_header_are_pinned() => Assert.Equal(
        "2900D6FF" + "9B" + "02" + "03" + "CF0123456789ABCDEF" + "CE00011170" + "02" + "04" + "02" + "CE000174D0" + "CFFEDCBA9876543210" + "CD012C" + "C4020708"
            + "84467F2401C8A71E",
        Convert.ToHexString(Encoded(_header)));

    [Fact]
    public void Headers_come_back_as_they_were()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        foreach (var header in Enumerable.Range(0, 1000).Select(_ => Any(random)))
        {
            var back = Decoded(Encoded(header));
            Assert.Equal(header.Note.ToArray(), back.Note.ToArray());
            Assert.Equal(header with { Note = default }, back with { Note = default });
        }
    }

    [Fact]
    public void Later_versions_may_add_plain_fields_but_no_nested_ones()
    {
        // The same array with one field more, its hash renewed.
        Assert.Equal(_header.Step, Decoded(WithField([0xCD, 1, 2])).Step);
        Assert.Contains("nested", Assert.Throws<LinkException>(() => Decoded(WithField([0x91, 1]))).Message, StringComparison.Ordinal);
        Assert.Throws<LinkException>(() => Decoded(WithField([])));
    }

    [Fact]
    public void A_negative_length_and_a_long_note_are_refused()
    {
        Assert.Throws<LinkException>(() => Decoded(Encoded(_header with { Length = -1 })));
        Assert.Throws<LinkException>(() => Decoded(Encoded(_header with { Note = new byte[LinkLimits.NoteBytes + 1] })));
    }

    /// <summary>Every flip of a bit, cut and random header is a LinkException: nothing else is thrown, nothing is delivered, and no memory follows its word.</summary>
    [Fact]
    public void Broken_headers_are_refused_without_allocating_what_they_say()
    {
        const int Seed = 12;
        var random = new Random(Seed);
        var good = Encoded(_header);
        for (var bit = 0; bit < good.Length * 8; bit++)
        {
            var broken = good.ToArray();
            broken[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<LinkException>(() => Decoded(broken));
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 5000; i++)
        {
            // Random bytes with a right length and hash: the decoder itself must hold.
            var body = new byte[random.Next(11, 300)];
            random.NextBytes(body);
            body[0] = random.Next(3) == 0 ? (byte)0x9B : body[0];
            try
            {
                Decoded(Framed(body));
            }
            catch (LinkException)
            {
                // Refused, as it must be; the rare one that is a header by chance is none of ours.
            }
        }
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 5000 * 16_384, $"seed {Seed}");
    }

    private static FrameHeader Any(Random random)
    {
        var note = new byte[random.Next(4) == 0 ? random.Next(LinkLimits.NoteBytes + 1) : 0];
        random.NextBytes(note);
        return new()
        {
            Kind = (FrameKind)random.Next(256),
            Incarnation = random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64),
            Job = (ulong)random.NextInt64() << random.Next(64),
            Step = random.NextInt64() >> random.Next(64),
            Partition = random.Next(int.MinValue, int.MaxValue) >> random.Next(32),
            First = random.Next() >> random.Next(32),
            Count = random.Next() >> random.Next(32),
            Length = random.Next() >> random.Next(32),
            Hash = (ulong)random.NextInt64() << random.Next(64),
            Sequence = random.NextInt64() >> random.Next(64),
            Note = note,
        };
    }

    private static byte[] Encoded(in FrameHeader header)
    {
        var buffer = new FixedBuffer(2 * LinkLimits.HeaderBytes);
        FrameCodec.Write(header, buffer);
        return buffer.Written.ToArray();
    }

    private static FrameHeader Decoded(byte[] bytes)
    {
        var length = FrameCodec.ReadPrefix(bytes);
        if (length + FrameCodec.PrefixBytes + FrameCodec.HashBytes != bytes.Length)
        {
            throw new LinkException("another length");
        }
        return FrameCodec.Read(bytes.AsMemory(FrameCodec.PrefixBytes));
    }

    private static byte[] WithField(byte[] field)
    {
        var body = Encoded(_header)[FrameCodec.PrefixBytes..^FrameCodec.HashBytes];
        body[0]++;
        return Framed([.. body, .. field]);
    }

    private static byte[] Framed(byte[] body) =>
        [.. BitConverter.GetBytes((ushort)body.Length), .. BitConverter.GetBytes((ushort)~body.Length), .. body, .. BitConverter.GetBytes(BodyHash.Of(body))];
}
