using System.Runtime.InteropServices;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

/// <summary>Reduces a step's parts.</summary>
internal delegate ReductionResult Reduction(ReductionCase step);

public sealed class GradientAccumulatorTests
{
    private int[] _samples = [];

    [Fact]
    public void Any_order_duplication_and_grouping_gives_the_same_bits() => CheckBits(AccumulatorAndPartition, iterations: 1500);

    [Fact]
    [Trait("Category", "Slow")]
    public void Any_order_duplication_and_grouping_gives_the_same_bits_many_times() => CheckBits(AccumulatorAndPartition, iterations: 60_000);

    [Fact]
    public void The_plain_reduction_has_the_property_too() => CheckBits(step => PlainReduction.Run(step, Fault.None), iterations: 500);

    public static TheoryData<Fault> Faults => [.. Enum.GetValues<Fault>().Where(fault => fault != Fault.None)];

    /// <summary>The property above can fail: it finds each of these faults in an otherwise right reduction.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public void The_property_finds_a_faulty_reduction(Fault fault) =>
        Assert.Throws<CsCheckException>(() => CheckBits(step => PlainReduction.Run(step, fault), iterations: 500));

    /// <summary>
    /// The outcome of every part by its definition: stored only if it brings a slice with samples that is not there, completed with the last.
    /// </summary>
    [Fact]
    public void Outcomes_are_those_of_the_definition() => ReductionCase.Any.Sample(step =>
    {
        var accumulator = new GradientAccumulator(new ReductionTree(step.Slices), step.Length);
        accumulator.Begin(5, step.Samples);
        var there = new HashSet<int>();
        var kept = new HashSet<TreeNode>();
        var wanted = Enumerable.Range(0, step.Slices).Where(slice => step.Samples[slice] > 0).ToHashSet();
        Assert.Equal(wanted.Count, accumulator.Missing);
        foreach (var part in step.Arrivals)
        {
            var brings = Enumerable.Range(part.Node.First, part.Node.Count).Where(slice => wanted.Contains(slice) && !there.Contains(slice)).ToList();
            var expected = kept.Contains(part.Node) ? AddOutcome.Duplicate
                : brings.Count == 0 ? AddOutcome.Covered
                : there.Count + brings.Count == wanted.Count ? AddOutcome.Completed
                : AddOutcome.Stored;
            Assert.Equal(expected, accumulator.Add(Part(step, part, 5), part.Gradient));
            there.UnionWith(brings);
            if (expected is AddOutcome.Stored or AddOutcome.Completed)
            {
                kept.RemoveWhere(part.Node.Covers);
                kept.Add(part.Node);
            }

            Assert.Equal(wanted.Count - there.Count, accumulator.Missing);
            Assert.Equal(there.Count == wanted.Count, accumulator.IsComplete);
            Assert.Equal(kept.OrderBy(node => node.First), accumulator.Parts.ToArray().OfType<GradientPart>().Select(p => p.Node));
        }

        Assert.True(accumulator.IsComplete);
    }, iter: 1000, threads: 1);

    [Fact]
    public void A_part_is_stored_and_the_last_completes()
    {
        var accumulator = Accumulator(3, 2);
        Assert.Equal(AddOutcome.Stored, Add(accumulator, 0, 1));
        Assert.Equal(AddOutcome.Completed, Add(accumulator, 1, 1));
        Assert.Equal(5, accumulator.Samples);
    }

    [Fact]
    public void The_same_node_again_is_a_duplicate()
    {
        var accumulator = Accumulator(3, 2);
        Add(accumulator, 0, 1);
        Assert.Equal(AddOutcome.Duplicate, Add(accumulator, 0, 1));
        Add(accumulator, 1, 1);
        Assert.Equal(AddOutcome.Duplicate, Add(accumulator, 1, 1));
    }

    [Fact]
    public void A_part_below_one_that_is_there_is_covered()
    {
        var accumulator = Accumulator(1, 1, 1, 1);
        Add(accumulator, 0, 2);
        Assert.Equal(AddOutcome.Covered, Add(accumulator, 1, 1));
        Assert.Equal(AddOutcome.Covered, Add(accumulator, 0, 1));
    }

    [Fact]
    public void A_part_above_ones_that_make_it_up_is_covered()
    {
        var accumulator = Accumulator(1, 1, 1, 1);
        Add(accumulator, 0, 1);
        Add(accumulator, 1, 1);
        Assert.Equal(AddOutcome.Covered, Add(accumulator, 0, 2));
    }

    [Fact]
    public void A_part_of_empty_slices_is_covered_by_nothing_at_all() => Assert.Equal(AddOutcome.Covered, Add(Accumulator(1, 0), 1, 1));

    [Fact]
    public void A_part_above_some_of_its_own_takes_their_place()
    {
        var accumulator = Accumulator(1, 1, 1, 1);
        Add(accumulator, 1, 1);
        Assert.Equal(AddOutcome.Stored, Add(accumulator, 0, 2));
        Assert.Equal([new TreeNode(0, 2)], accumulator.Parts.ToArray().OfType<GradientPart>().Select(part => part.Node));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void A_part_of_another_step_is_named(long step)
    {
        var accumulator = Accumulator(1, 1);
        Assert.Equal(AddOutcome.WrongStep, accumulator.Add(Part(step, new TreeNode(0, 1), 1), new float[1]));
        Assert.Equal(2, accumulator.Missing);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void A_part_of_another_length_is_named(int length)
    {
        var accumulator = Accumulator(1, 1);
        Assert.Equal(AddOutcome.WrongPartition, accumulator.Add(Part(5, new TreeNode(0, 1), 1), new float[length]));
        Assert.Equal(2, accumulator.Missing);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0, 4)]
    [InlineData(3, 1)]
    [InlineData(-1, 1)]
    public void A_node_that_the_tree_has_not_is_named(int first, int count)
    {
        var accumulator = Accumulator(1, 1, 1);
        var samples = new int[count];
        Array.Fill(samples, 1);
        Assert.Equal(AddOutcome.UnknownNode, accumulator.Add(Part(5, new TreeNode(first, count), samples), new float[1]));
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(3, 1)]
    [InlineData(1, 3)]
    [InlineData(0, 3)]
    public void A_part_that_read_other_samples_is_named(int first, int second)
    {
        var accumulator = Accumulator(3, 2, 1);
        Assert.Equal(AddOutcome.WrongSamples, accumulator.Add(Part(5, new TreeNode(0, 2), first, second), new float[1]));
        Assert.Equal(3, accumulator.Missing);
    }

    [Fact]
    public void Every_outcome_has_a_test_above() => Assert.Equal(
        ["Stored", "Completed", "Duplicate", "Covered", "WrongStep", "WrongPartition", "UnknownNode", "WrongSamples"], Enum.GetNames<AddOutcome>());

    [Fact]
    public void An_incomplete_sum_cannot_be_read()
    {
        var accumulator = Accumulator(1, 1);
        Add(accumulator, 0, 1);
        Assert.Throws<InvalidOperationException>(() => accumulator.ReadSum(0, new float[1], new float[10]));
        Assert.Throws<InvalidOperationException>(() => Partition(1).Apply(accumulator, 1, 1, new float[1], new float[1]));
    }

    [Fact]
    public void A_partition_refuses_the_gradient_of_another_version()
    {
        var accumulator = Accumulator(1);
        Add(accumulator, 0, 1);
        var partition = Partition(1);
        Assert.Throws<InvalidOperationException>(() => partition.Apply(accumulator, 1, 1, new float[1], new float[1]));
        partition.Restore(5);
        partition.Apply(accumulator, 1, 1, new float[1], new float[1]);
        Assert.Equal(6, partition.Version);
    }

    [Fact]
    public void A_new_step_forgets_the_one_before()
    {
        var accumulator = Accumulator(1, 1);
        Add(accumulator, 0, 2);
        accumulator.Begin(6, [2, 3]);
        Assert.False(accumulator.IsComplete);
        Assert.Equal((6, 2, 5), (accumulator.Step, accumulator.Missing, accumulator.Samples));
        Assert.All(accumulator.Parts.ToArray(), Assert.Null);
    }

    /// <summary>Nodes of other processes send the sums of the sub-trees that they have in lease: the bits are those of one process.</summary>
    [Fact]
    public void Sums_below_any_nodes_give_the_same_bits_as_all_parts_at_once() => CheckBits(SubTreesFirst, iterations: 1000);

    [Fact]
    public void Below_a_node_only_its_own_parts_are_taken()
    {
        var accumulator = new GradientAccumulator(new ReductionTree(8), 1, new TreeNode(4, 4));
        accumulator.Begin(5, [1, 1, 1, 1, 2, 0, 3, 1]);
        Assert.Equal((6, 3), (accumulator.Samples, accumulator.Missing));
        Assert.Equal(AddOutcome.UnknownNode, accumulator.Add(Part(5, new TreeNode(0, 4), 1, 1, 1, 1), new float[1]));
        Assert.Equal(AddOutcome.UnknownNode, accumulator.Add(Part(5, new TreeNode(0, 8), 1, 1, 1, 1, 2, 0, 3, 1), new float[1]));
        Assert.Equal(AddOutcome.Stored, accumulator.Add(Part(5, new TreeNode(6, 1), 3), new float[1]));
        Assert.Equal([4, 7], accumulator.MissingSlices());
        Assert.Equal(AddOutcome.Stored, accumulator.Add(Part(5, new TreeNode(4, 2), 2, 0), new float[1]));
        Assert.Equal([7], accumulator.MissingSlices());
        Assert.Equal(AddOutcome.Completed, accumulator.Add(Part(5, new TreeNode(7, 1), 1), new float[1]));
        Assert.Empty(accumulator.MissingSlices());
    }

    [Fact]
    public void A_node_without_samples_waits_for_nothing()
    {
        var accumulator = new GradientAccumulator(new ReductionTree(4), 1, new TreeNode(2, 2));
        accumulator.Begin(5, [1, 1, 0, 0]);
        Assert.True(accumulator.IsComplete);
        Assert.Equal(AddOutcome.Covered, accumulator.Add(Part(5, new TreeNode(2, 2), 0, 0), new float[1]));
    }

    /// <summary>Each node of a random cut of the tree adds up its own parts; the sums are added up as parts.</summary>
    private static ReductionResult SubTreesFirst(ReductionCase step)
    {
        var tree = new ReductionTree(step.Slices);
        var cut = new Random(step.Seed).Next(step.Slices + 1);
        var (sum, mean) = (new GradientAccumulator(tree, step.Length), new float[step.Length]);
        sum.Begin(0, step.Samples);
        foreach (var root in tree.Cover(0, cut).Concat(tree.Cover(cut, step.Slices - cut)))
        {
            var below = new GradientAccumulator(tree, step.Length, root);
            below.Begin(0, step.Samples);
            var leaves = Enumerable.Range(root.First, root.Count).Select(slice => step.Part(new TreeNode(slice, 1)));
            foreach (var part in step.Arrivals.Where(part => root.Covers(part.Node)).Concat(leaves))
            {
                below.Add(Part(step, part, 0), part.Gradient);
            }

            if (below.Samples > 0)
            {
                var part = new GradientPart(root, new float[step.Length]);
                below.ReadSum(0, part.Gradient.Span, new float[below.ScratchBlocks * step.Length]);
                below.WriteCounts(part);
                Assert.Equal((root, 0L, below.Samples), (part.Node, part.Step, part.Samples));
                Assert.True(sum.Add(part, part.Gradient) is AddOutcome.Stored or AddOutcome.Completed, $"{root}");
            }
        }

        Partition(step.Length).Apply(sum, 1, 1, new float[step.Length], mean);
        return new ReductionResult(mean, sum.Cost, sum.Correct);
    }

    /// <summary>What training runs: an accumulator and a partition for each range of the parameters.</summary>
    private static ReductionResult AccumulatorAndPartition(ReductionCase step)
    {
        var mean = new float[step.Length];
        GradientAccumulator? last = null;
        foreach (var range in PartitionPlan.Cut(step.Length, step.Partitions))
        {
            last = new GradientAccumulator(new ReductionTree(step.Slices), range.Length);
            last.Begin(0, step.Samples);
            foreach (var part in step.Arrivals)
            {
                var outcome = last.Add(Part(step, part, 0), part.Gradient.AsMemory(range.Start, range.Length));
                Assert.True(outcome is AddOutcome.Stored or AddOutcome.Completed or AddOutcome.Duplicate or AddOutcome.Covered, $"{outcome}");
            }

            Partition(range.Length).Apply(last, 1, 1, new float[range.Length], mean.AsSpan(range.Start, range.Length));
        }

        return new ReductionResult(mean, last!.Cost, last.Correct);
    }

    private static void CheckBits(Reduction reduction, int iterations) => ReductionCase.Any.Sample(
        step =>
        {
            var (expected, actual) = (step.Expected(), reduction(step));
            var difference = MemoryMarshal.Cast<float, uint>(expected.Mean).CommonPrefixLength(MemoryMarshal.Cast<float, uint>(actual.Mean));
            Assert.True(
                difference == step.Length,
                $"Element {difference} is {actual.Mean[Math.Min(difference, step.Length - 1)]:R} instead of {expected.Mean[Math.Min(difference, step.Length - 1)]:R}.");
            Assert.Equal(BitConverter.DoubleToUInt64Bits(expected.Cost), BitConverter.DoubleToUInt64Bits(actual.Cost));
            Assert.Equal(expected.Correct, actual.Correct);
        },
        iter: iterations,
        threads: 1);

    private static GradientPart Part(ReductionCase step, ArrivingPart arrived, long number)
    {
        var node = arrived.Node;
        var part = Part(number, node, step.Samples[node.First..node.End]);
        (part.Cost, part.Correct) = (arrived.Cost, arrived.Correct);
        return part;
    }

    private static GradientPart Part(long step, TreeNode node, params int[] samples)
    {
        var part = new GradientPart(node, Memory<float>.Empty) { Step = step };
        for (var i = 0; i < samples.Length; i++)
        {
            part.Slices[i] = new SliceTally(samples[i], 0);
        }

        return part;
    }

    private GradientAccumulator Accumulator(params int[] samples)
    {
        _samples = samples;
        var accumulator = new GradientAccumulator(new ReductionTree(samples.Length), 1);
        accumulator.Begin(5, samples);
        return accumulator;
    }

    /// <summary>Adds a node whose slices read what <see cref="Accumulator"/> was told.</summary>
    private AddOutcome Add(GradientAccumulator accumulator, int first, int count) =>
        accumulator.Add(Part(accumulator.Step, new TreeNode(first, count), _samples[first..(first + count)]), new float[1]);

    private static ParameterPartition Partition(int length) =>
        new(new PartitionRange(0, 0, length), new ParameterLayout([]), new TakesTheMean(), penalty: default);

    /// <summary>An optimizer that shows what it was given.</summary>
    private sealed class TakesTheMean : Optimizer
    {
        public override string Name => "takes-the-mean";

        public override int StateCount => 0;

        public override void Step(
            in UpdateContext update, ReadOnlySpan<float> weights, ReadOnlySpan<float> gradient, Span<float> state0, Span<float> state1, Span<float> next) =>
            VectorOps.Scale(gradient, update.GradientScale, next);
    }
}
