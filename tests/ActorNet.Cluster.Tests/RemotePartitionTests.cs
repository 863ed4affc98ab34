using System.Runtime.InteropServices;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Tests.Support;
using ActorNet.Cluster.Tests.Transfer;
using ActorNet.Cluster.Transfer;
using ActorNet.Cluster.Workers;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;
using Akka.Actor;
using Akka.TestKit;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>The stand-in for a partition of another node: what it sends there, over a real link to a sink that records.</summary>
public sealed class RemotePartitionTests : TestKit
{
    private const int Partition = 1;

    private readonly TrainingSetup _setup = new(TestJobs.Job(slices: 8), TestJobs.Points(203));
    private readonly JobRuntime _runtime;
    private readonly LinkPair _link = new();
    private readonly TestProbe _server;
    private readonly IActorRef _standIn;
    private readonly PartitionRange _range;

    public RemotePartitionTests()
        : base(ComputeDispatchers.Hocon(1) + "akka.loglevel = OFF\nakka.stdout-loglevel = OFF\nakka.test.single-expect-default = 20s")
    {
        _runtime = new JobRuntime(_setup, partitions: 2, incarnation: 4);
        _runtime.DrawFirstWeights();
        _range = _runtime.Ranges[Partition];
        _server = CreateTestProbe("server");
        _standIn = Sys.ActorOf(RemotePartition.Props(TestActor, _runtime, _range, [new RemoteNode(_link.Open("this node"))], _server, thread: 0));
    }

    [Fact]
    public void What_one_worker_computed_whole_goes_as_it_is()
    {
        Lease(new TreeNode(0, 4));
        var part = Compute(0, new TreeNode(0, 4));
        _standIn.Tell(new GradientReady(2, 0, part));
        var frame = Frame(1);
        Assert.Equal(
            (FrameKind.Part, 4L, _runtime.JobKey, 0L, Partition, 0, 4),
            (frame.Header.Kind, frame.Header.Incarnation, frame.Header.Job, frame.Header.Step, frame.Header.Partition, frame.Header.First, frame.Header.Count));
        AssertIs(part, [(2, part.Samples)], frame);
    }

    [Fact]
    public void Parts_of_several_workers_are_added_up_along_the_tree_in_any_order()
    {
        Lease(new TreeNode(0, 8));
        GradientPart[] parts = [.. new[] { new TreeNode(4, 4), new TreeNode(2, 1), new TreeNode(0, 2), new TreeNode(3, 1) }.Select(node => Compute(0, node))];
        foreach (var (worker, part) in parts.Index())
        {
            // Each twice: a worker that took another's place sends again what was sent.
            _standIn.Tell(new GradientReady(worker, 0, part));
            _standIn.Tell(new GradientReady(worker, 0, part));
        }

        var frame = Frame(1);
        AssertIs(Compute(0, new TreeNode(0, 8)), [.. parts.Select((part, worker) => (worker, part.Samples))], frame);
    }

    [Fact]
    public void Every_sub_tree_of_the_lease_is_sent_when_it_is_whole()
    {
        Lease(new TreeNode(2, 2), new TreeNode(4, 2), new TreeNode(6, 1));
        Send(0, new TreeNode(4, 1), new TreeNode(2, 2));
        Assert.Equal((2, 2), (Frame(1).Header.First, Frame(1).Header.Count));
        Send(0, new TreeNode(6, 1));
        Assert.Equal((6, 1), (Frame(2).Header.First, Frame(2).Header.Count));
        Send(0, new TreeNode(5, 1));
        AssertIs(Compute(0, new TreeNode(4, 2)), [(0, 1), (0, 1)], Frame(3));
    }

    /// <summary>A group, from one worker or two, goes in as few bytes as the job says, and comes back as a server would have it; a part of a group goes as it is.</summary>
    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    public void A_group_is_sent_in_its_codes(string compression)
    {
        var setup = new TrainingSetup(_setup.Job with { Compression = compression }, _setup.Data);
        var runtime = new JobRuntime(setup, partitions: 2, incarnation: 4);
        var standIn = Sys.ActorOf(RemotePartition.Props(TestActor, runtime, _range, [new RemoteNode(_link.Open("that node"))], _server, thread: 0));
        standIn.Tell(new SumLease(setup.Tree.Cover(0, 6)));
        foreach (var node in (TreeNode[])[new(0, 2), new(2, 2), new(4, 2)])
        {
            standIn.Tell(new GradientReady(0, 0, Compute(0, node)));
        }

        var (group, part) = (Frame(1), Frame(2));
        Assert.Equal((0, 4, setup.Codec!.EncodedLength(_range.Length)), (group.Header.First, group.Header.Count, group.Body.Length));
        Assert.Equal((4, 2), (part.Header.First, part.Header.Count));
        AssertIs(Compute(0, new TreeNode(4, 2)), [(0, 2)], part);
        var (back, expected) = (new float[_range.Length], Compute(0, new TreeNode(0, 4)).Gradient.Span.Slice(_range.Start, _range.Length).ToArray());
        setup.Codec.Decode(group.Body, back);
        for (var start = 0; start < expected.Length; start += GradientCodec.Block)
        {
            setup.Codec.RoundTrip(
                new CodedPart(0, new TreeNode(0, 4), _range.Start / GradientCodec.Block), start / GradientCodec.Block, expected.AsSpan(start, Math.Min(GradientCodec.Block, expected.Length - start)));
        }

        Assert.Equal(expected, back);
    }

    /// <summary>Started anew it would have no lease, and the step would wait for ever.</summary>
    [Fact]
    public void A_fault_ends_the_job_and_is_named()
    {
        Lease(new TreeNode(0, 4));
        _standIn.Tell(new GradientReady(0, 0, new GradientPart(new TreeNode(0, 4), Array.Empty<float>())));
        Assert.Contains("failed on GradientReady", ExpectMsg<JobFailed>().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_leased_is_not_sent()
    {
        Lease(new TreeNode(4, 2));
        Send(0, new TreeNode(0, 4), new TreeNode(4, 4), new TreeNode(6, 2), new TreeNode(4, 1));
        Settle();
        Assert.Empty(_link.Sink.Arrived);
        Send(0, new TreeNode(4, 2));
        AssertIs(Compute(0, new TreeNode(4, 2)), [(0, 2)], Frame(1));
    }

    [Fact]
    public void A_new_lease_sends_again_what_the_step_has()
    {
        Lease(new TreeNode(0, 4));
        Send(0, new TreeNode(0, 4));
        Frame(1);
        // A server that was told by nobody, because the part was on its way when it fell: the workers send all parts again.
        Lease(new TreeNode(0, 4), new TreeNode(4, 4));
        Send(0, new TreeNode(0, 4), new TreeNode(4, 4));
        Assert.Equal([0, 0, 4], [Frame(1).Header.First, Frame(2).Header.First, Frame(3).Header.First]);
    }

    [Fact]
    public void Late_parts_of_an_earlier_step_are_ignored()
    {
        Lease(new TreeNode(0, 2));
        var (zero, left, right) = (Compute(0, new TreeNode(1, 1)), Compute(1, new TreeNode(0, 1)), Compute(1, new TreeNode(1, 1)));
        _standIn.Tell(new GradientReady(0, 1, left));
        _standIn.Tell(new GradientReady(0, 0, zero));
        // Its buffers hold a later step than the message says.
        _standIn.Tell(new GradientReady(0, 0, right));
        Settle();
        Assert.Empty(_link.Sink.Arrived);
        _standIn.Tell(new GradientReady(0, 1, right));
        AssertIs(Compute(1, new TreeNode(0, 2)), [(0, 1), (0, 1)], Frame(1));
    }

    [Fact]
    public void A_version_that_is_lacking_is_asked_of_the_server()
    {
        _standIn.Tell(new SendVersion(6, "this node"));
        Assert.Equal(new SendVersion(6, "this node"), _server.ExpectMsg<SendVersion>());
    }

    protected override void AfterAll()
    {
        base.AfterAll();
        _link.Dispose();
    }

    private void Lease(params IReadOnlyList<TreeNode> nodes) => _standIn.Tell(new SumLease(nodes));

    private void Send(long step, params IEnumerable<TreeNode> nodes)
    {
        foreach (var node in nodes)
        {
            _standIn.Tell(new GradientReady(0, step, Compute(step, node)));
        }
    }

    private GradientPart Compute(long step, TreeNode node)
    {
        var calculator = new GradientCalculator(_setup);
        calculator.SetLease([node]);
        return calculator.Compute(step, _runtime.Weights(0).Span)[0];
    }

    /// <summary>Waits until the stand-in has done all that was sent before; what it sent comes before the frame that follows.</summary>
    private void Settle()
    {
        _standIn.Tell(new SendVersion(0, "settle"));
        _server.ExpectMsg<SendVersion>();
    }

    private RecordingSink.Frame Frame(int number)
    {
        _link.Sink.Await(arrived => arrived.Count >= number, $"frame {number}");
        return _link.Sink.Arrived[number - 1];
    }

    private void AssertIs(GradientPart expected, List<(int Worker, int Samples)> workers, RecordingSink.Frame frame)
    {
        var part = new GradientPart(new TreeNode(frame.Header.First, frame.Header.Count), new float[1]);
        List<(int Worker, int Samples)> by = [];
        Assert.True(PartNote.TryRead(frame.Header.Note.Span, part, by));
        Assert.Equal(expected.Node, part.Node);
        Assert.Equal((expected.Cost, expected.Correct), (part.Cost, part.Correct));
        Assert.Equal(expected.Slices, part.Slices);
        Assert.Equal(workers, by);
        Assert.True(
            MemoryMarshal.AsBytes(expected.Gradient.Span.Slice(_range.Start, _range.Length)).SequenceEqual(frame.Body), $"{part.Node}: other bits");
    }
}
