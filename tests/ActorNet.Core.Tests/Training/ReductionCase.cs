using ActorNet.Core.Training;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

/// <summary>A part as it arrives: the sum of a node's slices, or of none (<see cref="Samples"/> 0), when it has no gradient.</summary>
internal sealed record ArrivingPart(TreeNode Node, int Samples, float[] Gradient, double Cost, int Correct);

/// <summary>What a step's reduction comes to.</summary>
/// <param name="Mean">The gradient's mean over samples.</param>
/// <param name="Cost">The summed cost.</param>
/// <param name="Correct">The samples answered correctly.</param>
internal sealed record ReductionResult(float[] Mean, double Cost, int Correct);

/// <summary>
/// One step of S slices, some of them empty, and the parts that come in: enough nodes of the tree to make it up, without a slice in common, and any
/// others and duplicates of any, all in any order.
/// </summary>
internal sealed class ReductionCase
{
    private readonly float[]?[] _gradients;
    private readonly double[] _costs;
    private readonly int[] _correct;

    private ReductionCase(int slices, int length, int partitions, int seed)
    {
        var random = new Random(seed);
        (Length, Partitions, Seed) = (length, partitions, seed);
        Samples = new int[slices];
        var emptiness = random.Next(3);
        for (var slice = 0; slice < slices; slice++)
        {
            Samples[slice] = random.Next(4) < emptiness ? 0 : 1 + random.Next(9);
        }

        Samples[random.Next(slices)] = 1 + random.Next(9);
        _gradients = [.. Samples.Select(samples => samples == 0 ? null : Gradient(random, length))];
        _costs = [.. Samples.Select(samples => samples * random.NextDouble())];
        _correct = [.. Samples.Select(samples => random.Next(samples + 1))];
        var nodes = new TreeModel(slices).Nodes;
        var arrivals = Laminar(random, nodes[^1]).ToList();
        arrivals.AddRange(Enumerable.Range(0, random.Next(2 * slices)).Select(_ => nodes[random.Next(nodes.Count)]));
        arrivals.AddRange(Enumerable.Range(0, random.Next(4)).Select(_ => arrivals[random.Next(arrivals.Count)]));
        Arrivals = [.. arrivals.Select(Part)];
        random.Shuffle(Arrivals);
    }

    public static Gen<ReductionCase> Any { get; } = Gen.Select(
        Gen.Frequency((4, Gen.Int[1, 9]), (1, Gen.Int[10, 70])),
        Gen.Frequency((9, Gen.Int[1, 40]), (1, Gen.Int[1000, 5000])),
        Gen.Int[1, 4],
        Gen.Int,
        (slices, length, partitions, seed) => new ReductionCase(slices, length, partitions, seed));

    public int Slices => Samples.Length;

    /// <summary>Samples of every slice.</summary>
    public int[] Samples { get; }

    /// <summary>Parameters.</summary>
    public int Length { get; }

    public int Partitions { get; }

    public int Seed { get; }

    public ArrivingPart[] Arrivals { get; }

    /// <summary>The root computed in one piece: its slices' gradients along the tree, and then their mean.</summary>
    public ReductionResult Expected()
    {
        var root = Part(new TreeNode(0, Slices));
        return new ReductionResult([.. root.Gradient.Select(sum => sum * (1f / root.Samples))], root.Cost, root.Correct);
    }

    public override string ToString() =>
        $"S = {Slices}, samples {string.Join(' ', Samples)}, {Length} parameters in {Partitions} partitions, seed {Seed}; parts: "
        + string.Join(", ", Arrivals.Select(part => part.Node));

    /// <summary>The part of a node, computed in one piece.</summary>
    public ArrivingPart Part(TreeNode node)
    {
        var slices = Enumerable.Range(node.First, node.Count);
        var cost = TreeModel.Sum<object>(node, slice => Samples[slice] == 0 ? null : _costs[slice], (x, y) => (double)x + (double)y);
        return new ArrivingPart(
            node,
            slices.Sum(slice => Samples[slice]),
            TreeModel.Sum(node, slice => _gradients[slice], Add) ?? Gradient(new Random(Seed), Length),
            (double?)cost ?? 0,
            slices.Sum(slice => _correct[slice]));
    }

    public static float[] Add(float[] x, float[] y) => [.. x.Zip(y, (left, right) => left + right)];

    /// <summary>Nodes without a slice in common that make up a node.</summary>
    private static IEnumerable<TreeNode> Laminar(Random random, TreeNode node)
    {
        if (node.Count == 1 || random.Next(3) == 0)
        {
            return [node];
        }

        var (left, right) = TreeModel.Children(node);
        return Laminar(random, left).Concat(Laminar(random, right));
    }

    /// <summary>Numbers whose sum depends on its order, and zeros of both signs, which tell an added zero from none.</summary>
    private static float[] Gradient(Random random, int length)
    {
        var gradient = new float[length];
        for (var i = 0; i < length; i++)
        {
            gradient[i] = i % 4 == 3 ? -0f : (random.NextSingle() - 0.5f) * random.Next(1, 1000);
        }

        return gradient;
    }
}
