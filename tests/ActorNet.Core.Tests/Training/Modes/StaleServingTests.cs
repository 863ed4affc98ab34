using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Tests.Training.Modes;

/// <summary>
/// A cluster of nothing but decisions: nodes that compute what they are to, partitions that apply what arrives, messages that take any time and overtake each other's senders.
/// Whatever the order, every slice's every step is applied once by every partition, none runs further ahead than it may, all meet at every fence, and nobody waits for ever.
/// </summary>
public sealed class StaleServingTests
{
    [Theory]
    [InlineData("ssp:0", 1)]
    [InlineData("ssp:1", 2)]
    [InlineData("ssp:3", 3)]
    [InlineData("async", 4)]
    [InlineData("async", 5)]
    public void Every_step_of_every_slice_is_applied_once_whatever_arrives_when(string mode, int seed)
    {
        for (var run = 0; run < 40; run++)
        {
            new Cluster(mode, (seed * 1000) + run).Run();
        }
    }

    [Fact]
    public void A_slice_may_be_as_far_ahead_as_the_bound_and_no_further()
    {
        var serving = Serving(bound: 2);
        serving.SetAudience(["a"]);
        for (var step = 0; step < 3; step++)
        {
            Assert.True(step < serving.NewsFor("a", 0)!.Allowed);
            Assert.Equal(PartFate.Apply, serving.Judge(new TreeNode(0, 2), step, "a"));
            Assert.False(serving.Applied(new TreeNode(0, 2)));
        }

        Assert.Equal(3, serving.NewsFor("a", 0)!.Allowed);
        Assert.Empty(serving.Unblocked);
        Assert.Equal(PartFate.Apply, serving.Judge(new TreeNode(2, 2), 0, "b"));
        Assert.True(serving.Applied(new TreeNode(2, 2)));
        Assert.Equal(["a"], serving.Unblocked);
        Assert.Equal(4, serving.NewsFor("a", 0)!.Allowed);
        Assert.Empty(serving.Unblocked);
    }

    [Fact]
    public void Who_must_wait_is_told_once_it_need_not()
    {
        var serving = Serving(bound: 0);
        serving.SetAudience(["a", "b"]);
        serving.Judge(new TreeNode(0, 2), 0, "a");
        serving.Applied(new TreeNode(0, 2));
        Assert.Null(serving.ReplyTo("a", 1));
        Assert.Empty(serving.Unblocked);
        serving.Judge(new TreeNode(2, 2), 0, "b");
        serving.Applied(new TreeNode(2, 2));
        Assert.Equal(1, serving.ReplyTo("b", 2)!.Steps[0]);
        Assert.Equal(["a"], serving.Unblocked);
    }

    [Fact]
    public void A_part_of_which_some_has_been_applied_is_refused_and_its_sender_told_so()
    {
        var serving = Serving(bound: null);
        serving.SetAudience(["a", "b"]);
        serving.Judge(new TreeNode(0, 1), 0, "b");
        serving.Applied(new TreeNode(0, 1));
        Assert.Equal(PartFate.Ignore, serving.Judge(new TreeNode(0, 2), 0, "a"));
        Assert.Equal(1, serving.NewsFor("a", 0)!.Refused);
        Assert.Equal(PartFate.Ignore, serving.Judge(new TreeNode(0, 1), 0, "b"));
        Assert.Equal(0, serving.NewsFor("b", 0)!.Refused);
    }

    [Fact]
    public void Who_holds_lets_nobody_pass_the_furthest_and_goes_on_to_where_it_is_told()
    {
        var serving = Serving(bound: null);
        serving.Judge(new TreeNode(0, 2), 0, "a");
        serving.Applied(new TreeNode(0, 2));
        Assert.Equal(1, serving.Hold());
        Assert.Equal(PartFate.Early, serving.Judge(new TreeNode(0, 2), 1, "a"));
        Assert.Equal(PartFate.Apply, serving.Judge(new TreeNode(2, 2), 0, "b"));
        Assert.True(serving.Applied(new TreeNode(2, 2)));
        Assert.False(serving.IsSnapshotDue);
        Assert.True(serving.RunTo(2));
        foreach (var first in new[] { 0, 2 })
        {
            Assert.Equal(PartFate.Apply, serving.Judge(new TreeNode(first, 2), 1, "a"));
            serving.Applied(new TreeNode(first, 2));
        }

        Assert.True(serving.IsSnapshotDue);
        Assert.False(serving.GoOn());
        Assert.True(serving.RunTo(9));
    }

    [Fact]
    public void Staleness_is_counted_by_powers_of_two()
    {
        var counts = new StalenessCounts();
        foreach (var staleness in new long[] { 0, 1, 2, 3, 4, 7, 8, 2047, 2048, long.MaxValue })
        {
            counts.Add(staleness);
        }

        Assert.Equal([1, 1, 2, 2, 1, 0, 0, 0, 0, 0, 0, 1, 2], counts.ToArray());
        Assert.Equal([0, 1, 2, 4, 8], Enumerable.Range(0, 5).Select(StalenessCounts.FirstOf));
    }

    private static StaleServing Serving(int? bound) => new(new SlicePlan(200, 8, 4, 1), bound, snapshotEvery: 0, step: 0, totalSteps: 50);

    private sealed class Cluster
    {
        private readonly Random _random;
        private readonly string _what;
        private readonly SlicePlan _plan;
        private readonly ReductionTree _tree;
        private readonly int? _bound;
        private readonly Partition[] _partitions;
        private readonly Node[] _nodes;
        private readonly List<Action> _messages = [];

        public Cluster(string mode, int seed)
        {
            _random = new Random(seed);
            _what = $"{mode}, seed {seed}";
            _bound = ((UpdateMode.Stale)UpdateMode.Parse(mode)).Bound;
            var slices = _random.Next(1, 9);
            _plan = new SlicePlan(_random.Next(1, 60), slices + _random.Next(5), slices, 1);
            _tree = new ReductionTree(slices);
            var total = 3L * _plan.StepsPerEpoch;
            var snapshotEvery = _random.Next(2) * _random.Next(1, 9);
            _partitions = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => new Partition(_plan, _bound, snapshotEvery, total))];
            _nodes = [.. Enumerable.Range(0, _random.Next(1, 4)).Select(number => new Node($"node {number}", _partitions.Length))];
        }

        public void Run()
        {
            foreach (var partition in _partitions)
            {
                foreach (var name in partition.Serving.SetAudience(_nodes.Select(node => node.Name)).New)
                {
                    Tell(partition, name);
                }
            }

            Lease();
            for (var turns = 0; _partitions.Any(partition => partition.Serving.Version < partition.Total); turns++)
            {
                Assert.True(turns < 100_000, $"{_what}: it never ends");
                Assert.True(_messages.Count > 0, $"{_what}: nobody has anything to do at {string.Join(", ", _partitions.Select(partition => partition.Serving.Version))}");
                Deliver();
                if (_random.Next(60) == 0)
                {
                    Lease();
                }
            }
        }

        /// <summary>Slices move, whatever is on its way.</summary>
        private void Lease()
        {
            var owners = Enumerable.Range(0, _plan.Slices).Select(_ => _random.Next(_nodes.Length)).ToArray();
            foreach (var (number, node) in _nodes.Index())
            {
                node.Slices = [.. Enumerable.Range(0, owners.Length).Where(slice => owners[slice] == number)];
                node.Due = null;
                foreach (var partition in _partitions)
                {
                    _messages.Add(() =>
                    {
                        partition.Serving.NoteQuestion(node.Name);
                        Tell(partition, node.Name);
                    });
                }

                Compute(node);
            }
        }

        private void Deliver()
        {
            var next = _random.Next(_messages.Count);
            var message = _messages[next];
            _messages.RemoveAt(next);
            message();
        }

        private void Tell(Partition partition, string name) => Send(partition, name, partition.Serving.NewsFor(name, partition.Updates));

        private void Send(Partition partition, string name, StaleNews? news)
        {
            if (news is null)
            {
                return;
            }

            var node = _nodes.Single(node => node.Name == name);
            var number = Array.IndexOf(_partitions, partition);
            // Of one sender the newest counts, as at the link's slots.
            var told = node.Told[number] = (node.Told[number].Stamp + 1, news);
            _messages.Add(() =>
            {
                if (told.Stamp != node.Told[number].Stamp)
                {
                    return;
                }

                if (node.Schedule.Note(number, news))
                {
                    node.Due = null;
                }

                Compute(node);
            });
        }

        private void Compute(Node node)
        {
            if (node.Schedule.Next(node.Slices) is not { } due || node.Due?.Covers(due) == true)
            {
                return;
            }

            node.Due = due;
            foreach (var part in _tree.Cover(due.Slices))
            {
                foreach (var partition in _partitions)
                {
                    _messages.Add(() => Arrive(partition, part, due.Step, node.Name));
                }
            }
        }

        private void Arrive(Partition partition, TreeNode part, long step, string from)
        {
            var serving = partition.Serving;
            var fate = serving.Judge(part, step, from);
            if (fate == PartFate.Early)
            {
                partition.Early.Add((part, step, from));
                return;
            }

            if (fate == PartFate.Apply)
            {
                partition.Apply(part, step, _what, _bound);
                serving.Applied(part);
            }

            Send(partition, from, serving.ReplyTo(from, partition.Updates));
            TellUnblocked(partition);
            if (serving.IsSnapshotDue && !partition.IsTaking)
            {
                partition.IsTaking = true;
                partition.RequireWhole(serving.Version, _what);
                _messages.Add(() =>
                {
                    partition.IsTaking = false;
                    if (serving.GoOn())
                    {
                        var early = partition.Early.ToArray();
                        partition.Early.Clear();
                        Array.ForEach(early, one => Arrive(partition, one.Part, one.Step, one.From));
                        TellUnblocked(partition);
                    }
                });
            }
        }

        private void TellUnblocked(Partition partition)
        {
            foreach (var name in partition.Serving.Unblocked)
            {
                Tell(partition, name);
            }
        }
    }

    private sealed class Node(string name, int partitions)
    {
        public string Name { get; } = name;

        public StaleSchedule Schedule { get; } = new(partitions);

        public int[] Slices { get; set; } = [];

        public DueSlices? Due { get; set; }

        public (int Stamp, StaleNews? News)[] Told { get; } = new (int, StaleNews?)[partitions];
    }

    private sealed class Partition(SlicePlan plan, int? bound, int snapshotEvery, long total)
    {
        private readonly long[] _applied = new long[plan.Slices];

        public StaleServing Serving { get; } = new(plan, bound, snapshotEvery, 0, total);

        public long Total { get; } = total;

        public List<(TreeNode Part, long Step, string From)> Early { get; } = [];

        public bool IsTaking { get; set; }

        public long Updates { get; private set; }

        public void Apply(TreeNode part, long step, string what, int? bound)
        {
            Updates++;
            foreach (var slice in Enumerable.Range(part.First, part.Count))
            {
                Assert.True(plan.Draws((int)(step % plan.StepsPerEpoch), slice).Count > 0, $"{what}: slice {slice} has nothing at step {step}");
                Assert.True(_applied[slice] == StepsOf(slice, step), $"{what}: slice {slice}, step {step} after {_applied[slice]}");
                _applied[slice]++;
            }

            Assert.True(bound is null || step <= Serving.Version + bound, $"{what}: step {step} while others are at {Serving.Version}");
        }

        /// <summary>At a fence every slice has made just the steps before it.</summary>
        public void RequireWhole(long fence, string what)
        {
            for (var slice = 0; slice < plan.Slices; slice++)
            {
                Assert.True(_applied[slice] == StepsOf(slice, fence), $"{what}: slice {slice} has made {_applied[slice]} steps at the fence {fence}");
            }
        }

        /// <summary>Steps before one in which a slice has samples.</summary>
        private long StepsOf(int slice, long step) =>
            Enumerable.Range(0, (int)step).LongCount(before => plan.Draws(before % plan.StepsPerEpoch, slice).Count > 0);
    }
}
