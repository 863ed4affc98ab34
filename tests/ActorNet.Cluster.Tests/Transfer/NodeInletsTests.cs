using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>Where bodies that come to a node belong; probes play agent, worker node and server.</summary>
public sealed class NodeInletsTests : TestKit
{
    private const string Sender = "another node";
    private const long Incarnation = 3;

    private static readonly TreeNode _node = new(2, 2);
    private static readonly NodeOptions _anyPort = new() { Listen = new HostPort("127.0.0.1", 0) };
    private readonly JobRuntime _runtime = new(
        new TrainingSetup(TestJobs.Job(slices: 4, optimizer: "momentum"), TestJobs.Points(203)), partitions: 2, Incarnation);

    private readonly TestProbe _agent;
    private readonly TestProbe _workers;
    private readonly TestProbe _server;
    private readonly SnapshotRooms _rooms = new();
    private readonly NodeInlets _inlets;

    public NodeInletsTests()
        : base("akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _agent = CreateTestProbe("agent");
        _workers = CreateTestProbe("workers");
        _server = CreateTestProbe("server");
        _inlets = new NodeInlets(_runtime, _agent, _workers, _rooms);
    }

    [Fact]
    public void Weights_go_into_the_buffer_that_workers_read()
    {
        var header = Header(FrameKind.Weights, partition: 1, step: 4);
        var body = Accept(header)!.Value;
        body.Span.Fill(0x41);
        Assert.Equal(4, _runtime.Newest);
        Assert.False(_workers.HasMessages);
        _inlets.Arrived(Sender, header, body);
        Assert.Equal(new WeightsReady(1, 4, Host: Sender), _workers.ExpectMsg<WeightsReady>());
        var range = _runtime.Ranges[1];
        var weights = _runtime.Weights(4).Span;
        Assert.All(weights.Slice(range.Start, range.Length).ToArray(), weight => Assert.Equal(BitConverter.ToSingle([0x41, 0x41, 0x41, 0x41]), weight));
        Assert.All(weights[..range.Start].ToArray(), weight => Assert.Equal(0, weight));
    }

    /// <summary>What is compressed, and how, is the job's matter: a body of another length is declined before there is room for it.</summary>
    [Fact]
    public void A_group_comes_in_its_codes_and_in_nothing_else()
    {
        var setup = new TrainingSetup(_runtime.Setup.Job with { Compression = "int8" }, _runtime.Setup.Data);
        var runtime = new JobRuntime(setup, partitions: 2, Incarnation);
        var inlets = new NodeInlets(runtime, _agent, _workers, _rooms);
        var range = runtime.Ranges[1];
        runtime.Inlets[1] = new PartitionInlet(setup.Tree, range.Length, codecOf: setup.CodecOf);
        runtime.Inlets[1]!.Begin(5);
        inlets.Serve(1, _server);
        var floats = PartHeader(1, 5) with { Job = runtime.JobKey, First = 0, Count = 2 };
        var codes = floats with { Length = setup.Codec!.EncodedLength(range.Length), Note = new byte[PartNote.Length(2, 0)] };
        foreach (var wrong in (FrameHeader[])[floats, codes with { Length = codes.Length - 1 }, codes with { Count = 1 }, codes with { Count = 4 }, codes with { First = int.MinValue }])
        {
            Assert.False(inlets.Accept(Sender, wrong, out _), $"{wrong.First}, {wrong.Count}: {wrong.Length} bytes");
        }

        var gradient = Enumerable.Range(0, range.Length).Select(i => i / 9f).ToArray();
        Assert.True(inlets.Accept(Sender, codes, out var body));
        setup.Codec.Encode(new CodedPart(5, new TreeNode(0, 2), range.Start / GradientCodec.Block), gradient, body.Span);
        inlets.Arrived(Sender, codes, body);
        var arrived = _server.ExpectMsg<PartArrived>().Part.Part;
        Assert.True(arrived.IsDecoded);
        Assert.Equal(gradient[^1], arrived.Gradient.Span[^1], gradient[^1] / 126);
        Assert.True(inlets.Accept(Sender, floats with { Count = 1 }, out _));
    }

    [Theory]
    [InlineData("000000000000E03F", 0.5)]
    [InlineData("", null)]
    public void A_learning_rate_that_comes_with_weights_goes_to_the_workers(string note, double? rate)
    {
        Arrive(Header(FrameKind.Weights, partition: 1, step: 4) with { Note = Convert.FromHexString(note) });
        Assert.Equal(new WeightsReady(1, 4, rate, Sender), _workers.ExpectMsg<WeightsReady>());
    }

    [Theory]
    [InlineData("00")]
    [InlineData("000000000000F0BF")]
    [InlineData("000000000000F87F")]
    [InlineData("000000000000E03F00")]
    public void A_learning_rate_that_is_none_ends_the_connection(string note) =>
        Assert.Throws<LinkException>(() => Arrive(Header(FrameKind.Weights, partition: 1, step: 4) with { Note = Convert.FromHexString(note) }));

    [Fact]
    public void Weights_that_are_there_already_or_older_are_declined()
    {
        Arrive(Header(FrameKind.Weights, partition: 0, step: 4));
        Assert.Null(Accept(Header(FrameKind.Weights, partition: 0, step: 4)));
        Assert.Null(Accept(Header(FrameKind.Weights, partition: 0, step: 2)));
        Assert.NotNull(Accept(Header(FrameKind.Weights, partition: 0, step: 5)));
        Assert.NotNull(Accept(Header(FrameKind.Weights, partition: 1, step: 4)));
    }

    [Fact]
    public void Weights_that_were_lost_on_the_way_are_wanted_again()
    {
        var header = Header(FrameKind.Weights, partition: 0, step: 4);
        var body = Accept(header)!.Value;
        _inlets.Lost(Sender, header, body);
        Assert.False(_workers.HasMessages);
        Assert.NotNull(Accept(header));
    }

    [Fact]
    public void Weights_and_snapshots_of_a_node_that_hosts_a_partition_no_more_are_declined()
    {
        _rooms.Open(4, 1, new Snapshot(_runtime.Setup.Network.Layout.Length, 1), _agent);
        _inlets.NoteHosts([["a", "b"], ["a"]], [["b"], ["a"]]);
        Assert.False(_inlets.Accept("a", Header(FrameKind.Weights, partition: 0, step: 4), out _));
        Assert.False(_inlets.Accept("a", Header(FrameKind.Snapshot, partition: 0, step: 4), out _));
        Assert.True(_inlets.Accept("a", Header(FrameKind.Weights, partition: 1, step: 4), out _));
        Assert.True(_inlets.Accept("b", Header(FrameKind.Weights, partition: 0, step: 4), out _));

        // It has come back, and stands by.
        _inlets.NoteHosts([["b"], ["a"]], [["b", "a"], ["a"]]);
        Assert.True(_inlets.Accept("a", Header(FrameKind.Weights, partition: 0, step: 5), out _));
    }

    /// <summary>A host froze in the middle of a body: when it wakes up it would go on where another has written a newer version.</summary>
    [Fact]
    public void Whoever_still_writes_where_another_host_begins_is_dropped_first()
    {
        var dropped = new List<string>();
        NodeInlets? inlets = null;
        var first = Header(FrameKind.Weights, partition: 0, step: 4);
        inlets = new NodeInlets(_runtime, _agent, _workers, _rooms, node =>
        {
            dropped.Add(node);
            inlets!.Lost(node, first, default);
        });
        Assert.True(inlets.Accept("a", first, out _));
        Assert.True(inlets.Accept("b", Header(FrameKind.Weights, partition: 1, step: 4), out _));
        Assert.True(inlets.Accept("b", Header(FrameKind.Weights, partition: 0, step: 5), out _));
        Assert.Empty(dropped);
        Assert.True(inlets.Accept("b", Header(FrameKind.Weights, partition: 0, step: 6), out _));
        Assert.Equal(["a"], dropped);
    }

    [Fact]
    public void A_version_is_told_with_its_hash_and_its_host()
    {
        byte[] note = [1, 2, 0, 0, 0, 0, 0, 0];
        Arrive(Header(FrameKind.Version, partition: 1, step: 4) with { Length = 0, Note = note });
        Assert.Equal(new VersionReached(1, 4, Sender, 0x201), _workers.ExpectMsg<VersionReached>());
        Assert.Null(Accept(Header(FrameKind.Version, partition: 1, step: 4) with { Length = 0 }));
        Assert.Null(Accept(Header(FrameKind.Version, partition: 1, step: 4) with { Note = note }));
    }

    /// <summary>From whom a lost host's partition comes now: the weights are there, that the new host has made them too is not.</summary>
    [Fact]
    public void Weights_that_are_there_already_show_that_another_host_has_made_them()
    {
        var inlets = new NodeInlets(new JobRuntime(_runtime.Setup, partitions: 2, Incarnation, replicas: 1), _agent, _workers, _rooms);
        var header = Header(FrameKind.Weights, partition: 0, step: 4) with { Hash = 7 };
        Assert.True(inlets.Accept("a", header, out var body));
        inlets.Arrived("a", header, body);
        Assert.Equal(new WeightsReady(0, 4, Host: "a", Hash: 7), _workers.ExpectMsg<WeightsReady>());
        Assert.False(inlets.Accept("b", header with { Hash = 8 }, out _));
        Assert.Equal(new VersionReached(0, 4, "b", 8), _workers.ExpectMsg<VersionReached>());
    }

    [Fact]
    public void A_part_goes_to_the_server_of_its_partition_with_its_counts()
    {
        Serve(partition: 1, step: 5);
        var part = new GradientPart(_node, new float[1]) { Cost = 2.5, Correct = 3 };
        part.Slices[0] = new SliceTally(2, 77);
        part.Slices[1] = new SliceTally(1, 78);
        var note = new byte[PartNote.Length(2, 2)];
        PartNote.Write(note, part, [(0, 2), (1, 1)]);
        Arrive(PartHeader(1, 5) with { Note = note });

        var arrived = _server.ExpectMsg<PartArrived>().Part;
        Assert.Equal((Sender, 5L, 2.5, 3), (arrived.From, arrived.Part.Step, arrived.Part.Cost, arrived.Part.Correct));
        Assert.Equal(part.Slices, arrived.Part.Slices);
        Assert.Equal([(0, 2), (1, 1)], arrived.Workers);
        Assert.All(arrived.Part.Gradient.ToArray(), value => Assert.Equal(BitConverter.ToSingle([0x41, 0x41, 0x41, 0x41]), value));
    }

    [Fact]
    public void A_part_is_declined_where_nobody_serves_its_partition()
    {
        Serve(partition: 1, step: 5);
        Assert.Null(Accept(PartHeader(0, 5)));
    }

    [Fact]
    public void A_part_is_declined_that_the_server_does_not_want()
    {
        Serve(partition: 1, step: 5);
        Assert.Null(Accept(PartHeader(1, 4)));
        Assert.Null(Accept(PartHeader(1, 5) with { First = 1 }));
        Assert.Null(Accept(PartHeader(1, 5) with { Count = int.MaxValue }));
        _runtime.Inlets[1]!.Note(_node);
        Assert.Null(Accept(PartHeader(1, 5)));
    }

    [Fact]
    public void A_part_that_was_lost_gives_its_buffer_back()
    {
        Serve(partition: 1, step: 5);
        var body = Accept(PartHeader(1, 5))!.Value;
        _inlets.Lost(Sender, PartHeader(1, 5), body);
        var again = Accept(PartHeader(1, 5))!.Value;
        Assert.True(body.Span == again.Span, "another buffer was made");
        Assert.False(_server.HasMessages);
    }

    [Fact]
    public void A_part_whose_counts_cannot_be_read_ends_the_connection_and_gives_its_buffer_back()
    {
        Serve(partition: 1, step: 5);
        var header = PartHeader(1, 5) with { Note = new byte[7] };
        var body = Accept(header)!.Value;
        var error = Assert.Throws<LinkException>(() => _inlets.Arrived(Sender, header, body));
        Assert.Equal("another node sent a part of slices 2-3 whose counts cannot be read.", error.Message);
        Assert.True(body.Span == Accept(PartHeader(1, 5))!.Value.Span, "another buffer was made");
        Assert.False(_server.HasMessages);
    }

    [Fact]
    public void Two_senders_parts_of_one_node_do_not_share_a_buffer()
    {
        Serve(partition: 1, step: 5);
        Assert.True(_inlets.Accept("one", PartHeader(1, 5), out var first));
        Assert.True(_inlets.Accept("two", PartHeader(1, 5), out var second));
        Assert.False(first.Span == second.Span, "the senders share a buffer");
    }

    [Fact]
    public void A_state_that_is_expected_is_told_when_it_is_whole()
    {
        var assignment = new AssignPartition(Incarnation, 1, 40, FromSeed: false, null, default, 0);
        Assert.Null(Accept(Header(FrameKind.State, partition: 1, step: 40)));
        _inlets.Expect(assignment);
        Assert.Null(Accept(Header(FrameKind.State, partition: 1, step: 41)));
        Assert.Null(Accept(Header(FrameKind.State, partition: 0, step: 40)));
        Assert.Null(Accept(Header(FrameKind.State, partition: 1, step: 40) with { First = 2 }));
        Assert.Null(Accept(Header(FrameKind.State, partition: 1, step: 40) with { First = -1 }));
        Arrive(Header(FrameKind.State, partition: 1, step: 40) with { First = 1 }, 0x42);
        // Sent again after a broken connection: it may be read from by now.
        Assert.Null(Accept(Header(FrameKind.State, partition: 1, step: 40) with { First = 1 }));
        Assert.False(_agent.HasMessages);

        Arrive(Header(FrameKind.State, partition: 1, step: 40));
        var state = _agent.ExpectMsg<NodeInlets.StateArrived>();
        Assert.Equal(assignment, state.Assignment);
        Assert.Equal(
            [BitConverter.ToSingle([0x41, 0x41, 0x41, 0x41]), BitConverter.ToSingle([0x42, 0x42, 0x42, 0x42])],
            state.Vectors.Select(vector => Assert.Single(vector.ToArray().Distinct())));
        Assert.All(state.Vectors, vector => Assert.Equal(_runtime.Ranges[1].Length, vector.Length));
    }

    [Fact]
    public void A_state_in_this_process_is_handed_over()
    {
        var assignment = new AssignPartition(Incarnation, 1, 40, FromSeed: false, null, default, 0);
        _inlets.Expect(assignment);
        Memory<float>[] vectors = [new float[3], new float[3]];
        _inlets.Hand(1, vectors);
        Assert.Same(vectors, _agent.ExpectMsg<NodeInlets.StateArrived>().Vectors);
    }

    [Fact]
    public void A_snapshot_goes_into_its_room()
    {
        var room = JobStart.NewSnapshot(_runtime.Setup);
        _rooms.Open(21, 1, room, TestActor);
        Arrive(Header(FrameKind.Snapshot, partition: 1, step: 21));
        Arrive(Header(FrameKind.Snapshot, partition: 1, step: 21) with { First = 1 });
        Assert.Equal(new SnapshotTaken(1, 21), ExpectMsg<SnapshotTaken>());
        Assert.Equal(BitConverter.ToSingle([0x41, 0x41, 0x41, 0x41]), room.State[0].Span[^1]);
        Assert.Null(Accept(Header(FrameKind.Snapshot, partition: 1, step: 42)));
    }

    public static TheoryData<string> Foreign => ["job", "incarnation", "kind", "low partition", "high partition", "short", "long", "negative length"];

    [Theory]
    [MemberData(nameof(Foreign))]
    public void What_is_not_of_the_job_is_declined(string what)
    {
        var right = Header(FrameKind.Weights, partition: 1, step: 4);
        var wrong = what switch
        {
            "job" => right with { Job = right.Job + 1 },
            "incarnation" => right with { Incarnation = Incarnation - 1 },
            "kind" => right with { Kind = (FrameKind)77 },
            "low partition" => right with { Partition = -1 },
            "high partition" => right with { Partition = 2 },
            "short" => right with { Length = right.Length - 4 },
            "long" => right with { Length = right.Length + 4 },
            _ => right with { Length = -1 },
        };
        Assert.Null(Accept(wrong));
        Assert.Equal(-1, _runtime.Newest);
        Assert.NotNull(Accept(right));
    }

    [Fact]
    public void What_began_to_arrive_under_another_incarnation_is_told_to_nobody()
    {
        Serve(partition: 1, step: 5);
        var note = new byte[PartNote.Length(2, 0)];
        _inlets.Arrived(Sender, Header(FrameKind.Weights, partition: 1, step: 4) with { Incarnation = Incarnation - 1 }, default);
        _inlets.Arrived(Sender, PartHeader(1, 5) with { Incarnation = Incarnation - 1, Note = note }, default);
        _inlets.Lost(Sender, PartHeader(1, 5) with { Incarnation = Incarnation - 1 }, default);
        // This one was never accepted.
        _inlets.Arrived(Sender, PartHeader(1, 5) with { Note = note }, default);
        Assert.False(_workers.HasMessages || _server.HasMessages);
    }

    /// <summary>A node that hears that it is not known begins anew, in the same process and under the same incarnation, with other memory.</summary>
    [Fact]
    public void What_began_to_arrive_in_a_nodes_former_life_is_told_to_nobody()
    {
        using var link = new NodeLink(new LinkSettings { Name = "me" }, _anyPort);
        link.Open(_inlets, _agent);
        var header = Header(FrameKind.Weights, partition: 1, step: 4);
        Assert.True(link.Accept(Sender, header, out var body));
        link.Open(null, _agent);
        link.Open(new NodeInlets(new JobRuntime(_runtime.Setup, partitions: 2, Incarnation), _agent, _workers, _rooms), _agent);
        link.Arrived(Sender, header, body);
        Assert.False(_workers.HasMessages);
    }

    /// <summary>A node is dropped and comes back, while the thread of one of two servers here is busy: that one hears of both later.</summary>
    [Fact]
    public void A_way_to_a_node_that_has_come_back_is_not_given_up_for_its_former_life()
    {
        using var there = new NodeLink(new LinkSettings { Name = "back" }, _anyPort);
        using var node = new LocalNode("me", 1, true, _ => _runtime, new NodeLink(new LinkSettings { Name = "me" }, _anyPort));
        var (first, second) = (new PartitionReaders(_runtime, _runtime.Ranges[0]), new PartitionReaders(_runtime, _runtime.Ranges[1]));
        SendWeightsTo with = new([new NodeAddress("back", _agent, "127.0.0.1", there.Port)]), without = new([]);
        Set(first, with);
        Set(second, with);
        Set(first, without);
        Set(first, with);
        Set(second, without);
        Set(second, with);
        there.Open(_inlets, _agent);
        first.Tell(4, null);
        second.Tell(4, null);
        // Each tells of version 0 too, whenever somebody is new to it: those that find nobody listening yet are told again.
        var told = new HashSet<int>();
        while (told.Count < 2)
        {
            var ready = _workers.ExpectMsg<WeightsReady>(TestRun.Deadline);
            if (ready.Version == 4)
            {
                told.Add(ready.Partition);
            }
        }

        void Set(PartitionReaders readers, SendWeightsTo to) => node.Forget(readers.Set(node.ReadersOf(to, _runtime), null, 0, null));
    }

    private void Serve(int partition, long step)
    {
        _runtime.Inlets[partition] = new PartitionInlet(_runtime.Setup.Tree, _runtime.Ranges[partition].Length);
        _runtime.Inlets[partition]!.Begin(step);
        _inlets.Serve(partition, _server);
    }

    private FrameHeader PartHeader(int partition, long step) => Header(FrameKind.Part, partition, step) with { First = _node.First, Count = _node.Count };

    private FrameHeader Header(FrameKind kind, int partition, long step) => new()
    {
        Kind = kind,
        Incarnation = Incarnation,
        Job = _runtime.JobKey,
        Step = step,
        Partition = partition,
        Length = _runtime.Ranges[partition].Length * sizeof(float),
    };

    private Memory<byte>? Accept(FrameHeader header) => _inlets.Accept(Sender, header, out var body) ? body : (Memory<byte>?)null;

    private void Arrive(FrameHeader header, byte value = 0x41)
    {
        var body = Accept(header)!.Value;
        Assert.Equal(header.Length, body.Length);
        body.Span.Fill(value);
        _inlets.Arrived(Sender, header, body);
    }
}
