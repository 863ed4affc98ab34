using System.Runtime.InteropServices;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

public sealed class GradientCalculatorTests
{
    /// <summary>
    /// 43 samples in minibatches of 10 and 8 slices: parts of one sample and of two; in the last minibatch three samples, so that five slices are empty.
    /// </summary>
    private readonly TrainingSetup _setup = new(
        TrainingData.Job(batchSize: 10, slices: 8) with { Model = ModelSpec.Dense([TrainingData.Inputs, 19, TrainingData.Classes]) }, TrainingData.Clouds(43));

    private readonly float[] _weights;

    public GradientCalculatorTests()
    {
        _weights = new float[_setup.Network.Layout.Length];
        _setup.Network.Initialise(_weights, 1);
    }

    [Fact]
    public void Every_split_of_the_slices_gives_the_same_bits()
    {
        var whole = new GradientCalculator(_setup);
        whole.SetLease([_setup.Tree.Root]);
        foreach (var leases in Splits(first: 0, workers: 4))
        {
            var calculators = leases.Select(nodes => Leased(nodes)).ToList();
            foreach (var step in (int[])[0, 4, 7, 9])
            {
                var expected = whole.Compute(step, _weights)[0];
                var sum = Sum(step, calculators);
                Assert.True(
                    MemoryMarshal.AsBytes(expected.Gradient.Span).SequenceEqual(MemoryMarshal.AsBytes<float>(sum.Gradient)),
                    $"Step {step}, leases {string.Join(" | ", leases.Select(nodes => string.Join(", ", nodes)))}: the sum has other bits.");
                Assert.Equal(BitConverter.DoubleToUInt64Bits(expected.Cost), BitConverter.DoubleToUInt64Bits(sum.Cost));
                Assert.Equal(expected.Correct, sum.Correct);
                Assert.Equal(expected.Slices, sum.Tallies);
            }
        }
    }

    /// <summary>What a slice's gradient is: that of its own samples, whatever else is in the batch.</summary>
    [Fact]
    public void A_slice_alone_reads_the_samples_of_the_plan()
    {
        for (var slice = 0; slice < 8; slice++)
        {
            var calculator = Leased([new TreeNode(slice, 1)]);
            var order = new int[_setup.Plan.SliceSamples(slice)];
            _setup.Plan.WriteOrder(2, slice, order);
            for (var step = 0; step < _setup.Plan.StepsPerEpoch; step++)
            {
                var part = calculator.Compute(_setup.Plan.StepsPerEpoch + step, _weights)[0];
                var (first, count) = _setup.Plan.Draws(step, slice);
                var digest = order.Skip(first).Take(count).Aggregate(0UL, (sum, sample) => sum + SlicePlan.Digest(sample));
                Assert.Equal([new SliceTally(count, digest)], part.Slices);
                Assert.Equal(count, part.Samples);
            }
        }
    }

    [Fact]
    public void A_changed_lease_computes_what_a_new_calculator_does()
    {
        var changed = Leased([_setup.Tree.Root]);
        changed.Compute(0, _weights);
        foreach (IReadOnlyList<TreeNode> lease in (TreeNode[][])[[new(2, 2)], [new(2, 2), new(4, 4)], [new(7, 1)], [], [new(0, 4), new(5, 1)]])
        {
            changed.SetLease(lease);
            Assert.Equal(lease, changed.Lease);
            foreach (var step in (int[])[3, 4, 5])
            {
                PartList expected = Leased(lease).Compute(step, _weights), actual = changed.Compute(step, _weights);
                Assert.Equal(lease.Count, actual.Count);
                for (var i = 0; i < actual.Count; i++)
                {
                    Assert.Equal(expected[i].Node, actual[i].Node);
                    Assert.Equal(expected[i].Cost, actual[i].Cost);
                    Assert.Equal(expected[i].Slices, actual[i].Slices);
                    Assert.True(actual[i].Samples == 0 || expected[i].Gradient.Span.SequenceEqual(actual[i].Gradient.Span));
                }
            }
        }
    }

    /// <summary>Leases change within a step. A server of this or of another process may still be reading the parts that were made under the lease before.</summary>
    [Fact]
    public void What_was_computed_for_the_step_already_is_neither_read_nor_written_again()
    {
        var reads = 0;
        var setup = new TrainingSetup(_setup.Job, new Counted(_setup.Data, () => reads++));
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([new TreeNode(0, 2), new TreeNode(2, 1)]);
        var first = calculator.Compute(0, _weights);
        var (kept, gone) = (first[0], first[1]);
        var (bits, costs, before) = (kept.Gradient.ToArray(), kept.Cost, reads);
        var ofGone = gone.Gradient.ToArray();

        // With other weights it would come to something else; these are the weights of no version.
        var others = _weights.Select(weight => weight + 1).ToArray();
        calculator.SetLease([new TreeNode(0, 2), new TreeNode(4, 4)]);
        var second = calculator.Compute(0, others);
        Assert.Same(kept, second[0]);
        Assert.Equal(bits, kept.Gradient.ToArray());
        Assert.Equal((costs, 0L), (kept.Cost, kept.Step));
        Assert.Equal(ofGone, gone.Gradient.ToArray());
        Assert.Equal(before + second[1].Samples, reads);
        var alone = Leased([new TreeNode(4, 4)]).Compute(0, others)[0];
        Assert.Equal(alone.Gradient.ToArray(), second[1].Gradient.ToArray());
        Assert.Equal((alone.Cost, alone.Correct), (second[1].Cost, second[1].Correct));
        Assert.Equal(alone.Slices, second[1].Slices);

        // Asked for nothing new, it computes nothing.
        calculator.Compute(0, others);
        Assert.Equal(before + second[1].Samples, reads);
        // The next step is computed whole, into the same gradient; what was counted of this one stays for whoever may still want it.
        var next = calculator.Compute(1, _weights)[0];
        Assert.Equal((1, 0), (next.Step, kept.Step));
        Assert.Equal(costs, kept.Cost);
        Assert.Equal(Leased([new TreeNode(0, 2)]).Compute(1, _weights)[0].Gradient.ToArray(), kept.Gradient.ToArray());
    }

    /// <summary>The next step begins with the first layer's weights, while a partition may still wait for what others owe this one.</summary>
    [Fact]
    public void A_step_that_was_begun_leaves_the_one_before_as_it_is_and_may_be_given_up()
    {
        var reads = 0;
        var setup = new TrainingSetup(_setup.Job, new Counted(_setup.Data, () => reads++));
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([new TreeNode(0, 4)]);
        // The last minibatch of an epoch is shorter: its counts differ from those of the next.
        var part = calculator.Compute(4, _weights)[0];
        var (gradient, slices, cost, before) = (part.Gradient.ToArray(), part.Slices.ToArray(), part.Cost, reads);

        calculator.Begin(5);
        Assert.True(calculator.Advance(_weights).Needs > 0, "the way back began");
        Assert.Equal((4L, cost), (part.Step, part.Cost));
        Assert.Equal(slices, part.Slices);
        Assert.Equal(gradient, part.Gradient.ToArray());

        // A lost node's slice has to be made up for: the step before is gone back to.
        var begun = reads;
        Assert.Equal(before + calculator.Parts[0].Samples, begun);
        calculator.SetLease([new TreeNode(0, 4), new TreeNode(4, 1)]);
        var parts = calculator.Compute(4, _weights);
        Assert.Same(part, parts[0]);
        Assert.Equal(gradient, part.Gradient.ToArray());
        Assert.Equal(begun + parts[1].Samples, reads);
        Assert.Equal(Leased([new TreeNode(0, 4)]).Compute(5, _weights)[0].Gradient.ToArray(), calculator.Compute(5, _weights)[0].Gradient.ToArray());
    }

    [Fact]
    public void A_node_that_is_leased_again_within_the_step_is_computed_into_other_buffers()
    {
        var calculator = Leased([new TreeNode(0, 4)]);
        var first = calculator.Compute(0, _weights)[0];
        calculator.SetLease([]);
        calculator.Compute(0, _weights);
        calculator.SetLease([new TreeNode(0, 4)]);
        var again = calculator.Compute(0, _weights)[0];
        Assert.NotSame(first, again);
        Assert.Equal(first.Gradient.ToArray(), again.Gradient.ToArray());
        Assert.Equal(first.Slices, again.Slices);
    }

    /// <summary>The caller's list is its own: what it does with it later is no part of the lease.</summary>
    [Fact]
    public void A_lease_given_in_a_list_that_is_used_again_is_taken()
    {
        List<TreeNode> nodes = [new(0, 4)];
        var calculator = new GradientCalculator(_setup);
        calculator.SetLease(nodes);
        nodes[0] = new TreeNode(4, 4);
        calculator.SetLease(nodes);
        Assert.Equal(new TreeNode(4, 4), calculator.Compute(0, _weights)[0].Node);
    }

    [Fact]
    public void A_step_allocates_nothing()
    {
        TreeNode[] lease = [new TreeNode(0, 4), new TreeNode(4, 1), new TreeNode(6, 2)];
        var calculator = Leased(lease);
        var step = 0;
        Steps(20);

        // The least of some rounds: the runtime allocates on this thread too, once, when it compiles a method anew.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Steps(100)));

        long Steps(int count)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var end = step + count; step < end; step++)
            {
                // A worker is told its lease with every step.
                calculator.SetLease(lease);
                calculator.Compute(step, _weights);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void Data_that_cannot_be_read_names_slice_and_sample()
    {
        var setup = new TrainingSetup(_setup.Job, new Broken(_setup.Data));
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var error = Assert.Throws<SliceException>(() =>
        {
            for (var step = 0; step < setup.Plan.StepsPerEpoch; step++)
            {
                calculator.Compute(step, _weights);
            }
        });
        Assert.Contains("sample 17 of 'broken' failed: the disk is gone", error.Message, StringComparison.Ordinal);
        Assert.IsType<IOException>(error.InnerException);
        var order = new int[setup.Plan.SliceSamples(error.Slice)];
        setup.Plan.WriteOrder(1, error.Slice, order);
        Assert.Contains(17, order);
    }

    [Fact]
    public void A_cost_that_is_not_finite_names_step_slice_and_layer()
    {
        var weights = (float[])_weights.Clone();
        weights[_setup.Network.Layout.Views.Single(view => view.Name == "layer2.weights").Offset] = float.NaN;
        var calculator = Leased([new TreeNode(4, 4)]);
        Assert.Equal(
            "The cost is not finite at step 2, slice 4: layer 2 is the first whose outputs are not; lower the learning rate.",
            Assert.Throws<ActorNetException>(() => calculator.Compute(2, weights)).Message);
    }

    [Fact]
    public void Samples_that_are_not_finite_are_named()
    {
        var inputs = Enumerable.Range(0, 20).Select(i => new[] { 1, i == 13 ? float.PositiveInfinity : 0f }).ToArray();
        var setup = new TrainingSetup(
            new JobSpec { Model = ModelSpec.Dense([2, 3, 2], "identity", "identity"), BatchSize = 20, Slices = 8 },
            ArrayDataSet.Classification(inputs, new int[20], 2, "broken"));
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, 1);
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var slice = Enumerable.Range(0, 8).Single(slice =>
        {
            var order = new int[setup.Plan.SliceSamples(slice)];
            setup.Plan.WriteOrder(1, slice, order);
            return order.Contains(13);
        });
        Assert.Matches(
            $"^The cost is not finite at step 0, slice {slice}: a sample of 'broken' is not finite; mend the data\\.$",
            Assert.Throws<ActorNetException>(() => calculator.Compute(0, weights)).Message);
    }

    /// <summary>All ways of cutting the slices from <paramref name="first"/> on into contiguous leases of up to so many workers.</summary>
    private IEnumerable<IReadOnlyList<TreeNode>[]> Splits(int first, int workers)
    {
        yield return [_setup.Tree.Cover(first, 8 - first)];
        for (var count = 1; workers > 1 && count < 8 - first; count++)
        {
            foreach (var rest in Splits(first + count, workers - 1))
            {
                yield return [_setup.Tree.Cover(first, count), .. rest];
            }
        }
    }

    private GradientCalculator Leased(IReadOnlyList<TreeNode> nodes)
    {
        var calculator = new GradientCalculator(_setup);
        calculator.SetLease(nodes);
        return calculator;
    }

    private (float[] Gradient, double Cost, int Correct, SliceTally[] Tallies) Sum(int step, List<GradientCalculator> calculators)
    {
        var accumulator = new GradientAccumulator(_setup.Tree, _weights.Length);
        var counts = new int[8];
        _setup.Plan.CountSlices(step % _setup.Plan.StepsPerEpoch, counts);
        accumulator.Begin(step, counts);
        var tallies = new SliceTally[8];
        foreach (var parts in calculators.Select(calculator => calculator.Compute(step, _weights)))
        {
            for (var i = 0; i < parts.Count; i++)
            {
                accumulator.Add(parts[i], parts[i].Gradient);
                parts[i].Slices.CopyTo(tallies, parts[i].Node.First);
            }
        }

        var sum = new float[_weights.Length];
        accumulator.ReadSum(0, sum, new float[accumulator.ScratchBlocks * sum.Length]);
        return (sum, accumulator.Cost, accumulator.Correct, tallies);
    }

    private sealed class Counted(DataSet whole, Action reading) : DataSet
    {
        public override string Name => whole.Name;

        public override TaskKind Task => whole.Task;

        public override int Count => whole.Count;

        public override int InputSize => whole.InputSize;

        public override int TargetSize => whole.TargetSize;

        public override string Hash => whole.Hash;

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            reading();
            whole.Read(index, inputs, targets);
        }
    }

    private sealed class Broken(DataSet whole) : DataSet
    {
        public override string Name => "broken";

        public override TaskKind Task => whole.Task;

        public override int Count => whole.Count;

        public override int InputSize => whole.InputSize;

        public override int TargetSize => whole.TargetSize;

        public override string Hash => whole.Hash;

        public override void Read(int index, Span<float> inputs, Span<float> targets)
        {
            if (index == 17)
            {
                throw new IOException("the disk is gone");
            }

            whole.Read(index, inputs, targets);
        }
    }
}
