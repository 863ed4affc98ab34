using System.Text.Json;

namespace ActorNet.Benchmarks;

/// <summary>A network and a batch size to train it with; <c>peers/workloads.json</c> names them for every contender.</summary>
/// <param name="Name">W1 to W4.</param>
/// <param name="Sizes">Neurons of each layer, inputs first.</param>
/// <param name="Batch">Samples per step.</param>
internal sealed record Workload(string Name, int[] Sizes, int Batch)
{
    private static readonly Plan _plan = Plan.Read();

    public static IReadOnlyList<Workload> All => _plan.Workloads;

    /// <summary>The number of samples in memory that a contender goes round in, a minibatch at a time.</summary>
    public static int Samples => _plan.Samples;

    public override string ToString() => $"{Name} {string.Join('-', Sizes)}, batch {Batch}";

    private sealed record Plan(int Samples, Workload[] Workloads)
    {
        public static Plan Read()
        {
            var path = Path.Combine(AppContext.BaseDirectory, "peers", "workloads.json");
            using var file = File.OpenRead(path);
            return JsonSerializer.Deserialize<Plan>(file, JsonSerializerOptions.Web) ?? throw new InvalidDataException($"{path} is empty");
        }
    }
}
