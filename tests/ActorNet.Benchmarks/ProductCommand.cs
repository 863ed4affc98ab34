using ActorNet.Core.Numerics;

namespace ActorNet.Benchmarks;

/// <summary>The speed of one large square matrix product, one thread, in turn.</summary>
internal static class ProductCommand
{
    private const int WarmUpRounds = 5;

    /// <summary>C = A B for square row-major matrices of the given size.</summary>
    private delegate void SquareProduct(int size, ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> c);

    private sealed record Entry(string Name, Func<SquareProduct> Start);

    private static readonly Entry[] _entries =
    [
        new("openblas", () =>
        {
            OpenBlas.Load();
            return (size, a, b, c) => OpenBlas.Multiply(size, size, size, a, false, b, false, c);
        }),
        new("actornet", () =>
        {
            var scratch = new ProductScratch();
            return (size, a, b, c) => MatrixProduct.Multiply(
                new ReadOnlyMatrix(a, size, size), new ReadOnlyMatrix(b, size, size), [], new Matrix(c, size, size), scratch);
        }),
    ];

    public static void Run(ReadOnlySpan<string> options)
    {
        var arguments = new Arguments(options, "--size", "--rounds");
        var size = arguments.Count("--size", 2048, most: 16_384);
        var rounds = arguments.Count("--rounds", 15);
        var products = Start();
        var speeds = products.ToDictionary(product => product.Name, _ => new List<double>());
        var (a, b, c) = (RandomMatrix(size), RandomMatrix(size), new float[size * size]);
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            foreach (var (name, multiply) in products)
            {
                var start = ThreadClock.Seconds;
                multiply(size, a, b, c);
                if (round >= 0)
                {
                    speeds[name].Add(2.0 * size * size * size / (ThreadClock.Seconds - start) / 1e9);
                }
            }
        }
        foreach (var (name, measured) in speeds)
        {
            Console.WriteLine($"{name}: product {size} x {size} x {size}: {Spread.Of(measured).ToString("F0")} GFLOP/s");
        }
        if (speeds.TryGetValue("actornet", out var ours) && speeds.TryGetValue("openblas", out var theirs))
        {
            Console.WriteLine($"actornet x openblas: {Goal.Compare(Spread.OfRatios(ours, theirs).Median, Goal.LargeProduct)}");
        }
        MachineLoad.Print();
    }

    private static List<(string Name, SquareProduct Multiply)> Start()
    {
        var products = new List<(string, SquareProduct)>();
        foreach (var entry in _entries)
        {
            try
            {
                products.Add((entry.Name, entry.Start()));
            }
            catch (ContenderAbsentException absent)
            {
                Console.WriteLine($"SKIPPED {entry.Name}: {absent.Message}");
            }
        }
        return products.Count > 0 ? products : throw new InvalidOperationException("no product can run on this machine");
    }

    private static float[] RandomMatrix(int size)
    {
        var random = new Random(1);
        var matrix = new float[size * size];
        foreach (ref var element in matrix.AsSpan())
        {
            element = random.NextSingle();
        }
        return matrix;
    }
}
