using System.Collections;
using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Serialization;
using Akka.Actor;
using Akka.TestKit.Xunit2;
using MessagePack;

namespace ActorNet.Cluster.Tests.Serialization;

/// <summary>What nodes say to each other, as bytes.</summary>
public sealed class WireSerializerTests : TestKit
{
    /// <summary>No message of the examples, and nothing broken made of one, may take more to read.</summary>
    private const int MostAllocated = 256 * 1024;

    private readonly WireSerializer _serializer;

    public WireSerializerTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s", "wire")
    {
        _serializer = new WireSerializer((ExtendedActorSystem)Sys);
        // MessagePack makes its readers when they are first needed: that takes memory once.
        Assert.All(Examples, example => Read(example));
    }

    /// <summary>Dead letters have the same path in every run.</summary>
    private IReadOnlyList<IWireMessage> Examples => WireExamples.With(Sys.DeadLetters);

    [Fact]
    public void Every_message_has_an_example_and_a_manifest()
    {
        var marked = typeof(IWireMessage).Assembly.GetTypes().Where(type => type is { IsClass: true } && type.IsAssignableTo(typeof(IWireMessage)));
        Assert.Equal(marked.Select(type => type.Name).Order(), Wire.Messages.Values.Select(type => type.Name).Order());
        Assert.Equal(Wire.Messages.Values, Examples.Select(example => example.GetType()).Distinct());
        Assert.All(Wire.Messages.Keys, manifest => Assert.Matches("^[a-z]{2}$", manifest));
    }

    [Fact]
    public void Every_message_comes_back_as_it_was()
    {
        foreach (var example in WireExamples.With(TestActor))
        {
            var back = _serializer.FromBinary(_serializer.ToBinary(example), _serializer.Manifest(example));
            Assert.Equal(Describe(example), Describe(back));
        }
    }

    [Fact]
    public void An_actor_comes_back_as_itself()
    {
        var served = (PartitionServed)Read(new PartitionServed(7, 1, TestActor));
        served.Server.Tell("it is there", TestActor);
        Assert.Equal("it is there", ExpectMsg<string>());
    }

    /// <summary>
    /// Nodes of two versions of ActorNet may meet. Who changes these bytes raises <see cref="Wire.ProtocolVersion"/>, unless only fields were added at a message's end.
    /// </summary>
    [Fact]
    public void Every_message_is_these_bytes()
    {
        var actual = Examples.Select(example => $"{_serializer.Manifest(example)} {Convert.ToHexString(_serializer.ToBinary(example))}").ToList();
        var pinned = Pins.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(pinned.SequenceEqual(actual), $"The bytes of messages have changed:\n{string.Join('\n', actual.Except(pinned))}\nAll are now:\n{string.Join('\n', actual)}");
    }

    [Fact]
    public void Fields_that_a_later_version_adds_are_passed_over()
    {
        foreach (var example in Examples)
        {
            var bytes = _serializer.ToBinary(example);
            Assert.InRange(bytes[0], 0x90, 0x9C);
            // Three more fields: nil, a text, and an array with a number in it.
            byte[] later = [(byte)(bytes[0] + 3), .. bytes[1..], 0xC0, 0xA2, 0x68, 0x69, 0x91, 0x05];
            Assert.Equal(Describe(example), Describe(_serializer.FromBinary(later, _serializer.Manifest(example))));
        }
    }

    [Fact]
    public void Fields_that_an_earlier_version_has_not_are_left_out()
    {
        var offer = _serializer.ToBinary(new JobOffer(7, "ab12", "{}", 2));
        Assert.Null(((JobOffer)_serializer.FromBinary([(byte)(offer[0] - 2), .. offer[1..^2]], "jo")).Shards);
        var ready = _serializer.ToBinary(new NodeReady("a", 7));
        var assigned = _serializer.ToBinary(new AssignPartition(7, 1, 0, true, null, default, 0));
        Assert.Null(((AssignPartition)_serializer.FromBinary([(byte)(assigned[0] - 1), .. assigned[1..^1]], "ap")).Changes);
        Assert.Null(((NodeReady)_serializer.FromBinary([(byte)(ready[0] - 1), .. ready[1..^1]], "nr")).Slices);
    }

    [Theory]
    [InlineData("")]
    [InlineData("zz")]
    [InlineData("RN")]
    [InlineData("ActorNet.Cluster.Protocol.RegisterNode, ActorNet.Cluster")]
    public void An_unknown_manifest_is_named(string manifest)
    {
        var error = Assert.Throws<SerializationException>(() => _serializer.FromBinary([0x90], manifest));
        Assert.Equal($"This version knows no message '{manifest}': update it.", error.Message);
    }

    [Fact]
    public void What_is_no_message_between_nodes_has_no_manifest()
    {
        var error = Assert.Throws<SerializationException>(() => _serializer.Manifest(new WeightsReady(0, 1)));
        Assert.Equal("WeightsReady is no message between nodes.", error.Message);
    }

    [Fact]
    public void Whatever_is_cut_off_is_refused()
    {
        foreach (var example in Examples)
        {
            var (bytes, manifest) = (_serializer.ToBinary(example), _serializer.Manifest(example));
            for (var length = 0; length < bytes.Length; length++)
            {
                var cut = bytes[..length];
                Assert.True(Try(cut, manifest) is null, $"{manifest}: {length} of {bytes.Length} bytes were read as {Describe(example)}");
            }
        }
    }

    [Fact]
    public void Nothing_at_all_is_refused()
    {
        foreach (var manifest in Wire.Messages.Keys)
        {
            Assert.Throws<SerializationException>(() => _serializer.FromBinary([0xC0], manifest));
        }
    }

    /// <summary>In every example each value, however deep, once.</summary>
    [Fact]
    public void Nil_is_read_only_where_it_means_something()
    {
        var read = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var example in Examples)
        {
            var (bytes, manifest) = (_serializer.ToBinary(example), _serializer.Manifest(example));
            read.UnionWith(Values(bytes)
                .Where(value => Try([.. bytes[..value.Start], 0xC0, .. bytes[value.End..]], manifest) is not null)
                .Select(value => $"{manifest}{value.Way}"));
        }

        Assert.Equal(["ap.10", "ap.4", "ap.7", "gl.4", "gl.4.0", "gl.4.1", "gl.5", "jo.4", "jo.5", "jv.1", "no.3", "nr.2", "pr.6", "rn.4", "rn.5", "rp.2.1", "rp.2.10", "rp.2.11", "rp.2.2", "sd.2.1", "sd.2.4", "wt.1", "wt.2"], read);
    }

    [Theory]
    [InlineData("rn", "90", "A RegisterNode has no Node.")]
    [InlineData("rn", "95 01 94 A161 C0 A0 00 03 C3 C0", "A RegisterNode has no Node.Agent.")]
    [InlineData("rn", "95 01 94 A161 A0 C0 00 03 C3 C0", "A RegisterNode has no Node.LinkHost.")]
    [InlineData("rn", "95 01 94 A161 A0 A0 00 03 C3 92 C0 C400", "A RegisterNode has no Proof.Nonce.")]
    [InlineData("wt", "91 92 94 A161 A0 A0 00 C0", "A SendWeightsTo has no Nodes[1].")]
    [InlineData("wt", "91 92 94 A161 A0 A0 00 94 C0 A0 A0 00", "A SendWeightsTo has no Nodes[1].Id.")]
    [InlineData("sd", "93 01 15 94 93 00 00 00 C0 91 02 91 93 C0 00 00", "A SnapshotDue has no Progress.Contributions[0].Node.")]
    public void What_is_missing_is_named(string manifest, string hex, string message)
    {
        var error = Assert.Throws<SerializationException>(() => _serializer.FromBinary(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), manifest));
        Assert.Equal(message, error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Broken_messages_are_read_or_refused_and_take_no_memory(int seed)
    {
        var random = new Random(seed);
        var whole = Examples.Select(example => (Bytes: _serializer.ToBinary(example), Manifest: _serializer.Manifest(example))).ToList();
        var read = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var (bytes, manifest) = whole[random.Next(whole.Count)];
            var broken = (byte[])bytes.Clone();
            for (var changes = random.Next(1, 4); changes > 0; changes--)
            {
                // Where a byte begins a text, an array or a number it is worth most to change it: some of these say that gigabytes follow.
                broken[random.Next(broken.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : _heads[random.Next(_heads.Length)];
            }

            read += Try(broken, manifest, seed) is null ? 0 : 1;
        }

        Assert.InRange(read, 100, 19_900);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Random_bytes_are_read_or_refused_and_take_no_memory(int seed)
    {
        var random = new Random(seed);
        string[] manifests = [.. Wire.Messages.Keys];
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = new byte[random.Next(64)];
            random.NextBytes(bytes);
            if (bytes.Length > 0 && random.Next(2) == 0)
            {
                // An array of some fields, as every message is one.
                bytes[0] = (byte)(0x90 + random.Next(8));
            }

            Try(bytes, manifests[random.Next(manifests.Length)], seed);
        }
    }

    [Theory]
    [InlineData("gl", "94 07 01 DD7FFFFFFF 90")]
    [InlineData("gl", "94 07 01 90 DDFFFFFFFF")]
    [InlineData("wt", "91 DD7FFFFFFF")]
    [InlineData("nr", "93 A161 07 DD10000000")]
    [InlineData("jf", "91 DB7FFFFFFF 61")]
    [InlineData("ap", "97 07 01 00 C2 DD7FFFFFFF 02 93 00 00 00 00")]
    [InlineData("ap", "97 07 01 00 C2 90 93 00 00 00 00")]
    [InlineData("sd", "93 00 15 94 93 00 00 00 C0 91 02 DD7FFFFFFF")]
    [InlineData("he", "92 00 CFFFFFFFFFFFFFFFFF")]
    [InlineData("he", "92 A161 00")]
    public void Promises_of_more_than_there_is_are_refused_and_take_no_memory(string manifest, string hex) =>
        Assert.Null(Try(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)), manifest));

    [Fact]
    public void Deep_nesting_is_refused()
    {
        byte[] deep = [0x92, 0x00, .. Enumerable.Repeat((byte)0x91, 200_000)];
        Assert.Null(Try(deep, "he"));
        // A field that is passed over may be as deep: that takes no stack.
        Assert.Equal(new Held(0, 0, 1), Try([0x94, 0x00, 0x00, 0x01, .. Enumerable.Repeat((byte)0x91, 200_000), 0x00], "he"));
    }

    /// <summary>First bytes of everything that MessagePack has a form for.</summary>
    private static readonly byte[] _heads =
        [0x00, 0x7F, 0x80, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xC6, 0xC9, 0xCB, 0xCF, 0xD3, 0xD9, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF, 0xFF];

    private object Read(IWireMessage message) => _serializer.FromBinary(_serializer.ToBinary(message), _serializer.Manifest(message));

    /// <summary>All values in a message but itself: the way to each by numbers of fields and elements, and its bytes.</summary>
    private static List<(string Way, int Start, int End)> Values(byte[] message)
    {
        List<(string, int, int)> values = [];
        var reader = new MessagePackReader(message);
        Add(ref reader, "");
        return values;

        void Add(ref MessagePackReader reader, string way)
        {
            var start = (int)reader.Consumed;
            if (reader.NextMessagePackType == MessagePackType.Array)
            {
                for (int number = 0, count = reader.ReadArrayHeader(); number < count; number++)
                {
                    Add(ref reader, $"{way}.{number}");
                }
            }
            else
            {
                reader.Skip();
            }

            if (way.Length > 0)
            {
                values.Add((way, start, (int)reader.Consumed));
            }
        }
    }

    /// <summary>Reads bytes that may be broken.</summary>
    /// <returns>The message; null where a <see cref="SerializationException"/> refused them.</returns>
    private object? Try(byte[] bytes, string manifest, int seed = 0)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        object? message = null;
        try
        {
            message = _serializer.FromBinary(bytes, manifest);
        }
        catch (SerializationException)
        {
        }
        catch (Exception error)
        {
            Assert.Fail($"seed {seed}: {manifest} {Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, 200)))} ended in {error}");
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(allocated < MostAllocated + 4 * bytes.Length, $"seed {seed}: {manifest} {Convert.ToHexString(bytes)} took {allocated} bytes");
        return message;
    }

    /// <summary>A message with all that is in it, floating-point numbers by their bits and actors by their paths.</summary>
    private static string Describe(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        double number => BitConverter.DoubleToUInt64Bits(number).ToString("X", CultureInfo.InvariantCulture),
        IActorRef actor => actor.Path.ToSerializationFormat(),
        IEnumerable many => $"[{string.Join(", ", many.Cast<object?>().Select(Describe))}]",
        _ when value.GetType().IsPrimitive || value is TimeSpan => string.Create(CultureInfo.InvariantCulture, $"{value}"),
        _ => value.GetType().GetProperties()
            .Where(property => property.GetMethod is { IsStatic: false } && property.GetIndexParameters().Length == 0)
            .Aggregate(new StringBuilder(value.GetType().Name), (text, property) => text.Append(' ').Append(property.Name).Append('=').Append(Describe(property.GetValue(value))))
            .ToString(),
    };

    /// <summary>The manifest and bytes of every example.</summary>
    private const string Pins =
        """
        rn 960194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD603C3C0C0
        rn 960194A56C6F63616CB7616B6B613A2F2F776972652F646561644C657474657273A00000C2C0C0
        rn 960194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD603C392C403010203C40204FFC0
        rn 960194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD603C3C0C4020908
        cn 91C403010203
        nf 91D93074686520636F6F7264696E61746F7220737065616B732076657273696F6E2031206F66207468652070726F746F636F6C
        jo 9707A461623132AF7B202265706F636873223A2033207D02C0C000
        jo 9707A461623132A27B7D0194A463643334B1686F73742D312D61626320736861726473A831302E302E302E35CD0FD7C000
        jo 9707A461623132A27B7D01C0C402060A00
        jo 9707A461623132A27B7D01C0C001
        nr 93AA686F73742D312D61626307C0
        nr 93AA686F73742D312D6162630790
        nr 93AA686F73742D312D61626307930102CD012C
        nu 92AA686F73742D312D616263B3697420686173206E6F74207468652064617461
        na 93AA686F73742D312D6162630700
        na 93AA686F73742D312D61626307CD012C
        nh 9407C300C2
        nh 94CF7FFFFFFFFFFFFFFFC207C2
        dn 91AA686F73742D312D616263
        nd 90
        ll 93AA686F73742D312D616263B47265736574206279207065657220E2809320C3BCC2
        ll 93AA686F73742D312D616263B2636F6E6E656374696F6E2072656675736564C3
        jv 9207C0
        jv 9207A96974206661696C6564
        ap 9B070100C3C09300CB00000000000000000000C0C2C2C0
        ap 9B07013FC29702000CCFFEDCBA987654321001CEB2D05E0000931ECB3FF80000000000001114929215CB3FE00000000000009228CB3F50624DD2F1A9FCC2C2C0
        ap 9B07013FC2C09300CB00000000000000000000C0C3C39193A56C6F63616C0228
        st 920194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD6
        ps 930701B7616B6B613A2F2F776972652F646561644C657474657273
        gl 9607029090C0C0
        gl 960703930203059292B7616B6B613A2F2F776972652F646561644C65747465727394AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD692B7616B6B613A2F2F776972652F646561644C65747465727394A56C6F63616CB7616B6B613A2F2F776972652F646561644C657474657273A000C0C0
        gl 9607049202039192B7616B6B613A2F2F776972652F646561644C65747465727394AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD6C0920506
        gl 96070391029292B7616B6B613A2F2F776972652F646561644C65747465727394AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD692B7616B6B613A2F2F776972652F646561644C65747465727394AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD692C092B7616B6B613A2F2F776972652F646561644C65747465727394A56C6F63616CB7616B6B613A2F2F776972652F646561644C657474657273A000C0
        wt 9490C0C000
        wt 949194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD69194A56C6F63616CB7616B6B613A2F2F776972652F646561644C657474657273A000A56C6F63616C00
        wt 949294AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD694A56C6F63616CB7616B6B613A2F2F776972652F646561644C657474657273A000C0C000
        sv 923EAA686F73742D312D616263
        sd 9300159593CCCBCB3FD0000000000000CCC8C0910290C0
        sd 9301159593CCCBCBFFF800000000000000D920736C69636520313A2035302073616D706C6573207765726520636F756E7465649702000CCFFEDCBA987654321001CEB2D05E00009293AA686F73742D312D61626300CF000000012A05F20093A56C6F63616C0200920009
        ss 931594AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD600
        ak 90
        pr 98011493CCBECB01A56E1FC2F8F35901900000C000
        pr 98011493CCBECB400400000000000001920007CE002FAF080192030100
        ho 920100
        he 93011401
        rt 921600
        rt 921605
        ho 9203CD012C
        wr 95AA686F73742D312D6162630214AA736C6963657320302D33A8696E6A6563746564
        jf 91B6536C6963652032206661696C656420332074696D6573
        fs 9207920301
        no 94AA686F73742D312D616263079101C0
        no 94AA686F73742D312D6162630790B0746865206469736B2069732066756C6C
        cr 929000
        cr 92929215CB3FE00000000000009228CB3F50624DD2F1A9FC00
        al 91A8616E6E40686F7374
        sq 9507011403CF8000000000000000
        sa 931403CF8000000000000000
        rp 94AA686F73742D312D616263079DFFC0C0CB0000000000000000CB0000000000000000CB0000000000000000CB000000000000000000CB0000000000000000A3312E30C0C00090
        rp 94AA686F73742D312D616263079D3ECB3FF4000000000000CB4004000000000000CB41024F8000000000CB3FE8000000000000CB3FC0000000000000CB3FF8000000000000CE08F0D180CB412E848000000000A8312E302B61623132B4687474703A2F2F31302E302E302E353A34303830CB41086A000000000003929500003ECF08DE2F1D4B798000CD30D49503013ECF08DE2F1D4B79B0D428
        to 9100
        to 9107
        sk 921500
        sk 921504
        ss 931594AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD602
        wt 949194AA686F73742D312D616263B7616B6B613A2F2F776972652F646561644C657474657273A831302E302E302E35CD0FD6C0C001
        cr 92919215CB3FE000000000000006
        pr 98011493CCBECB400400000000000001900000C006
        nh 9403C303C3
        """;
}
