using System.Globalization;
using ActorNet.Fuzzing.Engine;
using ActorNet.Fuzzing.Targets;
using Xunit;
using Xunit.Abstractions;

// Allocations are counted over the whole process.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace ActorNet.Fuzzing;

/// <summary>What fuzzing has found, tried again, and a little more of it: docs/fuzzing.md.</summary>
public sealed class CorpusTests(ITestOutputHelper output)
{
    private const int Mutations = 500;

    /// <summary>Longer than a campaign allows: other tests keep the machine busy.</summary>
    private static readonly TimeSpan _mostTime = TimeSpan.FromSeconds(10);

    /// <summary>Every decoder.</summary>
    public static TheoryData<string> Targets => [.. AllTargets.Names];

    /// <summary>All inputs that are kept, and mutations of them.</summary>
    [Theory]
    [MemberData(nameof(Targets))]
    public void A_decoder_refuses_by_its_own_exception_in_little_time_and_memory(string name)
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("ACTORNET_FUZZ_SEED") ?? "1", CultureInfo.InvariantCulture);
        output.WriteLine($"seed {seed}: ACTORNET_FUZZ_SEED sets another");
        var target = AllTargets.Make(name);
        byte[][] kept = [.. target.Seeds, .. Corpus.Read(Corpus.Folder, name)];
        foreach (var input in kept)
        {
            Check(target, input, seed);
        }

        var (mutator, random) = (new Mutator(seed, target.Words), new Random(seed));
        for (var i = 0; i < Mutations; i++)
        {
            Check(target, mutator.Mutate(kept[random.Next(kept.Length)], kept[random.Next(kept.Length)]), seed);
        }
    }

    private static void Check(FuzzTarget target, byte[] input, int seed)
    {
        if (Execution.Of(target, input, _mostTime).Fault is { } fault)
        {
            Assert.Fail($"{target.Name}, seed {seed}, input {Convert.ToBase64String(input.AsSpan(0, Math.Min(input.Length, 4096)))}: {fault.Kind}: {fault.Details}");
        }
    }
}
