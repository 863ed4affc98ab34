using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>Every matrix product of a workload's step beside OpenBLAS's, in short turns: where a step's time goes.</summary>
internal static class ProductsCommand
{
    private const double TurnSeconds = 0.002;

    private sealed record Product(string Name, long Operations, Action Ours, Action Theirs);

    public static void Run(ReadOnlySpan<string> options)
    {
        var arguments = new Arguments(options, "--rounds", "--workloads");
        var rounds = arguments.Count("--rounds", 100);
        Console.WriteLine(OpenBlas.Load());
        Console.WriteLine($"GFLOP/s in {rounds} turns of {TurnSeconds * 1000} ms of the thread's CPU time: median [min .. max].");
        Console.WriteLine();
        Console.WriteLine("| workload | product | actornet | openblas | ratio |");
        Console.WriteLine("| --- | --- | --- | --- | --- |");
        foreach (var workload in arguments.Choose("--workloads", Workload.All, workload => workload.Name))
        {
            foreach (var product in Products(workload))
            {
                var (ours, theirs) = Measure(product, rounds);
                Console.WriteLine($"| {workload.Name} | {product.Name} | {Spread.Of(ours).ToString("F1")} | {Spread.Of(theirs).ToString("F1")} | "
                    + $"{Spread.OfRatios(ours, theirs).Median:F2} |");
            }
        }
        MachineLoad.Print();
    }

    private static (double[] Ours, double[] Theirs) Measure(Product product, int rounds)
    {
        var (ours, theirs) = (new double[rounds], new double[rounds]);
        for (var round = -rounds; round < rounds; round++)
        {
            var (our, their) = (Turn(product.Operations, product.Ours), Turn(product.Operations, product.Theirs));
            if (round >= 0)
            {
                (ours[round], theirs[round]) = (our, their);
            }
        }
        return (ours, theirs);
    }

    private static double Turn(long operations, Action multiply)
    {
        multiply();
        var start = ThreadClock.Seconds;
        for (var count = 1; ; count++)
        {
            multiply();
            var elapsed = ThreadClock.Seconds - start;
            if (elapsed >= TurnSeconds)
            {
                return operations * count / elapsed / 1e9;
            }
        }
    }

    /// <summary>Forward, weight gradient and input gradient of each layer; each library with the weights' layout that its contender has.</summary>
    private static IEnumerable<Product> Products(Workload workload)
    {
        for (var layer = 0; layer < workload.Sizes.Length - 1; layer++)
        {
            var (batch, ins, outs) = (workload.Batch, workload.Sizes[layer], workload.Sizes[layer + 1]);
            var (inputs, weights, outputs, bias) = (Random(batch * ins), Random(ins * outs), Random(batch * outs), Random(outs));
            var (toInputs, toWeights, toOutputs) = (new float[batch * ins], new float[ins * outs], new float[batch * outs]);
            var scratch = new ProductScratch();
            var leaves = Leaves(batch);
            var operations = 2L * batch * ins * outs;
            yield return new Product(
                $"forward {batch} x {outs}, {ins} terms", operations,
                () => MatrixProduct.Multiply(
                    new ReadOnlyMatrix(inputs, batch, ins), new ReadOnlyMatrix(weights, ins, outs), bias, new Matrix(toOutputs, batch, outs), scratch),
                () => OpenBlas.Multiply(batch, outs, ins, inputs, false, weights, true, toOutputs));
            yield return new Product(
                $"weight gradient {ins} x {outs}, {batch} terms in {leaves.Length} leaves", operations,
                () => MatrixProduct.TransposedMultiply(
                    new ReadOnlyMatrix(inputs, batch, ins), new ReadOnlyMatrix(outputs, batch, outs), new Matrix(toWeights, ins, outs), leaves, scratch),
                () => OpenBlas.Multiply(outs, ins, batch, outputs, true, inputs, false, toWeights));
            if (layer > 0)
            {
                yield return new Product(
                    $"input gradient {batch} x {ins}, {outs} terms", operations,
                    () => MatrixProduct.MultiplyTransposed(
                        new ReadOnlyMatrix(outputs, batch, outs), new ReadOnlyMatrix(weights, ins, outs), new Matrix(toInputs, batch, ins), scratch),
                    () => OpenBlas.Multiply(batch, ins, outs, outputs, false, weights, false, toInputs));
            }
        }
    }

    private static TreeLeaf[] Leaves(int batch)
    {
        var slices = JobSpec.DefaultSlices(batch);
        var counts = Enumerable.Range(0, slices).Select(slice => (batch - slice + slices - 1) / slices).ToArray();
        var leaves = new TreeLeaf[slices];
        return leaves[..ReductionTree.WriteLeaves(new TreeNode(0, slices), counts, leaves)];
    }

    private static float[] Random(int length)
    {
        var random = new Random(1);
        return [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }
}
