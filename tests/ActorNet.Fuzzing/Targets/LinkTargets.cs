using System.Buffers.Binary;
using System.Runtime.Serialization;
using ActorNet.Cluster.Serialization;
using ActorNet.Cluster.Tests.Serialization;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;
using ActorNet.Core.Training.Modes;
using ActorNet.Fuzzing.Engine;
using Akka.Actor;

namespace ActorNet.Fuzzing.Targets;

/// <summary>What comes from other nodes.</summary>
internal static class LinkTargets
{
    private static readonly LinkSettings _self = new() { Name = "b", Secret = [1, 2, 3] };

    /// <summary>Messages of Akka.NET: a byte for the manifest, then the message.</summary>
    public static FuzzTarget Wire(string name)
    {
        // With remoting, whose way to resolve references is the one of a cluster.
        var system = (ExtendedActorSystem)ActorSystem.Create(
            "fuzz", "akka { loglevel = OFF, stdout-loglevel = OFF, actor.provider = remote, remote.dot-netty.tcp { hostname = 127.0.0.1, port = 0 } }");
        var serializer = new WireSerializer(system);
        string[] manifests = [.. Cluster.Protocol.Wire.Messages.Keys];
        return new FuzzTarget(
            name,
            [.. WireExamples.With(system.DeadLetters).Select(message => (byte[])[(byte)Array.IndexOf(manifests, serializer.Manifest(message)), .. serializer.ToBinary(message)])],
            input =>
            {
                if (input.Length > 0)
                {
                    serializer.FromBinary(input[1..], input[0] < manifests.Length ? manifests[input[0]] : "??");
                }
            })
        {
            Refusals = [typeof(SerializationException)],
            Words = ["\u00c0", "akka.tcp://fuzz@127.0.0.1:4053/user/x", "akka://fuzz/", "\u0090", "\u0080", "/user/"],
        };
    }

    /// <summary>A compressed part: a byte for the format, then codes. Of the right length they can all be read; of another none.</summary>
    public static FuzzTarget GradientCodes(string name)
    {
        const int Parameters = 1030;
        GradientCodec[] codecs = [.. GradientCodec.Names.Select(word => new GradientCodec(GradientCodec.Parse(word), seed: 1))];
        return new FuzzTarget(
            name,
            [.. codecs.Select((codec, number) => Codes(codec, (byte)number))],
            input =>
            {
                if (input.Length > 0)
                {
                    codecs[input[0] % codecs.Length].Decode(input.AsSpan(1), new float[Parameters]);
                }
            })
        {
            Refusals = [typeof(ArgumentException)],
        };

        static byte[] Codes(GradientCodec codec, byte number)
        {
            var codes = new byte[codec.EncodedLength(Parameters)];
            codec.Encode(new CodedPart(3, new TreeNode(0, 4), 0), [.. Enumerable.Range(0, Parameters).Select(i => i / 7f)], codes);
            return [number, .. codes];
        }
    }

    /// <summary>What follows the handshake: headers and bodies.</summary>
    public static FuzzTarget Frames(string name) => new(name, [Frame(8, 0), Frame(0, 12), [.. Frame(100, 60), .. Frame(3, 0)]], input => ReadFrames(new BytePipe(input)))
    {
        Refusals = [typeof(LinkException)],
    };

    /// <summary>A header that has the right length and hash, whatever is in it.</summary>
    public static FuzzTarget Header(string name) => new(
        name,
        [.. ((int[])[0, 12, 60]).Select(note => Frame(0, note)[FrameCodec.PrefixBytes..^FrameCodec.HashBytes])],
        input =>
        {
            var frame = new byte[FrameCodec.PrefixBytes + input.Length + FrameCodec.HashBytes];
            BinaryPrimitives.WriteUInt16LittleEndian(frame, (ushort)input.Length);
            BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(sizeof(ushort)), (ushort)~input.Length);
            input.CopyTo(frame, FrameCodec.PrefixBytes);
            BinaryPrimitives.WriteUInt64LittleEndian(frame.AsSpan(^FrameCodec.HashBytes), BodyHash.Of(input));
            ReadFrames(new BytePipe(frame));
        })
    {
        Refusals = [typeof(LinkException)],
    };

    /// <summary>The handshake of the side that is connected to: the secret's proof is never right.</summary>
    public static FuzzTarget Acceptor(string name) => new(name, [Said(pipe => Handshake.AsSender(pipe, _self with { Name = "a" }, "b", Guid.Empty))], input =>
        Handshake.AsAcceptor(new BytePipe(input), _self, _ => null, (_, _, _) => 0))
    {
        Refusals = [typeof(LinkException)],
        Words = ["ANTL", "\u00c0"],
    };

    /// <summary>The handshake of the side that connects.</summary>
    public static FuzzTarget Sender(string name) => new(
        name,
        [
            [.. "ANTL"u8, 1, 0, 37, 0, 0x93, 0xC0, 0xA1, (byte)'b', 0xC4, 32, .. new byte[32], 37, 0, 0x93, 0xC0, 0xC4, 32, .. new byte[32], 7],
            [.. "ANTL"u8, 1, 0, 10, 0, 0x91, 0xA8, .. "not you!"u8],
        ],
        input => Handshake.AsSender(new BytePipe(input), _self with { Name = "a" }, "b", Guid.Empty))
    {
        Refusals = [typeof(LinkException), typeof(RefusedException)],
        Words = ["ANTL", "\u00c0"],
    };

    /// <summary>A node's question for a shard, and the answer.</summary>
    public static FuzzTarget ShardMessages(string name) => new(
        name,
        [
            Said(pipe => ShardExchange.Ask(pipe, new ShardRequest("ab12", "x-0001.npy", 4096))),
            Said(pipe => ShardExchange.Answer(pipe, null, 123_456)),
            Said(pipe => ShardExchange.Answer(pipe, "no such file", 0)),
        ],
        input =>
        {
            Ignore<LinkException>(() => ShardExchange.ReadRequest(new BytePipe(input)));
            ShardExchange.ReadAnswer(new BytePipe(input));
        })
    {
        Refusals = [typeof(LinkException), typeof(RefusedException)],
    };

    /// <summary>The counts that go with a part.</summary>
    public static FuzzTarget StaleNotes(string name)
    {
        const int Slices = 4;
        var note = StaleNote.Write(new StaleNews(7, 9, 1, new long[Slices]));
        return new FuzzTarget(name, [note], input =>
        {
            try
            {
                StaleNote.ReadLead(input);
                StaleNote.Read(input, Slices);
            }
            catch (LinkException)
            {
            }
        });
    }

    public static FuzzTarget PartNotes(string name)
    {
        var part = new GradientPart(new TreeNode(0, 4), new float[8]);
        var workers = new List<(int Worker, int Samples)> { (0, 5), (1, 7) };
        var note = new byte[PartNote.Length(part.Slices.Length, workers.Count)];
        PartNote.Write(note, part, workers);
        return new FuzzTarget(name, [note], input => PartNote.TryRead(input, part, workers));
    }

    private static void ReadFrames(BytePipe pipe)
    {
        var reader = new FrameReader(pipe);
        while (true)
        {
            // A thread that does not wait leaves a frame half read; the connection's own goes on from there.
            if (!reader.TryReadHeader(waits: false, out var header))
            {
                reader.TryReadHeader(waits: true, out header);
            }

            // As a listener does: a body that nobody has room for is passed over.
            var body = new byte[header.Length <= 4096 ? header.Length : 0];
            while (!(header.Length == body.Length ? reader.TryReadBody(header, body, pipe.IsReadable == false, out _) : reader.TrySkipBody(header, pipe.IsReadable == false)))
            {
            }
        }
    }

    private static byte[] Frame(int body, int note)
    {
        var bytes = new byte[body];
        var buffer = new FixedBuffer(2 * LinkLimits.HeaderBytes);
        FrameCodec.Write(
            new FrameHeader { Kind = FrameKind.Part, Incarnation = 3, Job = ulong.MaxValue, Step = 70_000, Partition = 2, First = 4, Count = 4, Length = body, Hash = BodyHash.Of(bytes), Sequence = 300, Note = new byte[note] },
            buffer);
        return [.. buffer.Written, .. bytes];
    }

    /// <summary>What somebody says until an answer is due.</summary>
    private static byte[] Said(Action<LinkPipe> say)
    {
        var pipe = new BytePipe([]);
        Ignore<LinkException>(() => say(pipe));
        return pipe.Written;
    }

    private static void Ignore<T>(Action action)
        where T : Exception
    {
        try
        {
            action();
        }
        catch (T)
        {
            // It is one of the answers that there are.
        }
    }
}
