using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace ActorNet.Core.Tests.Models;

public sealed class InitialiserTests
{
    private const int Inputs = 300, Outputs = 200;

    /// <summary>The distribution of the weights; the standard deviation of the biases.</summary>
    private static readonly Dictionary<string, (IContinuousDistribution Weights, double BiasDeviation)> _expected = new()
    {
        ["normal"] = (new Normal(0, 1), 1),
        ["normal-scaled"] = (new Normal(0, 1 / Math.Sqrt(Inputs)), 1),
        ["glorot"] = (new ContinuousUniform(-Math.Sqrt(6.0 / (Inputs + Outputs)), Math.Sqrt(6.0 / (Inputs + Outputs))), 0),
        ["he"] = (new Normal(0, Math.Sqrt(2.0 / Inputs)), 0),
    };

    public static TheoryData<string, ulong> Cases
    {
        get
        {
            var data = new TheoryData<string, ulong>();
            foreach (var name in _expected.Keys)
            {
                foreach (var seed in new ulong[] { 1, 2, 3 })
                {
                    data.Add(name, seed);
                }
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Weights_and_biases_have_their_distribution(string name, ulong seed)
    {
        var (expected, biasDeviation) = _expected[name];
        var (weights, biases) = Fill(name, seed);
        var sorted = weights.Select(w => (double)w).Order().ToArray();
        var distance = sorted.Select((w, i) => Math.Abs(expected.CumulativeDistribution(w) - (i + 0.5) / sorted.Length)).Max();
        Assert.True(distance < 2.2 / Math.Sqrt(sorted.Length), $"{name}, seed {seed}: Kolmogorov-Smirnov distance {distance}");

        if (biasDeviation == 0)
        {
            Assert.All(biases, bias => Assert.Equal(0, bias));
        }
        else
        {
            var deviation = biases.Select(b => (double)b).StandardDeviation();
            Assert.True(Math.Abs(deviation - biasDeviation) < 4 / Math.Sqrt(2.0 * Outputs), $"{name}, seed {seed}: deviation {deviation}");
        }
    }

    [Fact]
    public void The_same_stream_gives_the_same_weights_and_another_one_others()
    {
        foreach (var name in _expected.Keys)
        {
            var (weights, biases) = Fill(name, 5);
            Assert.Equal(weights, Fill(name, 5).Weights);
            Assert.Equal(biases, Fill(name, 5).Biases);
            Assert.NotEqual(weights, Fill(name, 6).Weights);
        }
    }

    /// <summary>Every job's bits rest on these.</summary>
    [Theory]
    [InlineData("normal", "-1.4251741 0.2847722 -0.7913806 1.1723999")]
    [InlineData("normal-scaled", "-0.08228246 0.016441328 -0.7913806 1.1723999")]
    [InlineData("glorot", "-0.092662945 0.024557833 0 0")]
    [InlineData("he", "-0.11636498 0.023251552 0 0")]
    public void Weights_keep_their_bits(string name, string expected)
    {
        var (weights, biases) = Fill(name, 1);
        Assert.Equal(expected, $"{weights[0]:R} {weights[^1]:R} {biases[0]:R} {biases[^1]:R}");
    }

    [Fact]
    public void Unknown_names_are_answered_with_the_nearest()
    {
        Assert.Equal(["normal", "normal-scaled", "glorot", "he"], Initialiser.Names);
        var error = Assert.Throws<ActorNetException>(() => Initialiser.Find("glorott"));
        Assert.StartsWith("Unknown initialiser 'glorott': did you mean 'glorot'?", error.Message);
    }

    private static (float[] Weights, float[] Biases) Fill(string name, ulong seed)
    {
        var weights = new float[Inputs * Outputs];
        var biases = new float[Outputs];
        Array.Fill(biases, float.NaN);
        Initialiser.Find(name).Fill(weights, biases, Inputs, Outputs, new RandomStream(seed, RandomPurpose.Initialisation));
        return (weights, biases);
    }
}
