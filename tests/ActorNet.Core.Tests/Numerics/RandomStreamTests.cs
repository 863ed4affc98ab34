using ActorNet.Core.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace ActorNet.Core.Tests.Numerics;

public sealed class RandomStreamTests
{
    private const int Draws = 100_000;

    public static TheoryData<ulong> Seeds => [0, 1, 2, 42, 0x9E3779B97F4A7C15, ulong.MaxValue];

    /// <summary>The lines «philox4x32 10» of Random123's tests/kat_vectors: counter, key, answer.</summary>
    [Theory]
    [InlineData(
        new uint[] { 0, 0, 0, 0 }, new uint[] { 0, 0 },
        new uint[] { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 })]
    [InlineData(
        new uint[] { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, new uint[] { 0xffffffff, 0xffffffff },
        new uint[] { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd })]
    [InlineData(
        new uint[] { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, new uint[] { 0xa4093822, 0x299f31d0 },
        new uint[] { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 })]
    public void Philox_gives_the_known_answers(uint[] counter, uint[] key, uint[] answer)
    {
        var (w0, w1, w2, w3) = Philox4x32.Block(counter[0], counter[1], counter[2], counter[3], key[0], key[1]);
        Assert.Equal(answer, new[] { w0, w1, w2, w3 });
    }

    /// <summary>Eight to an element: the four words of its block, each lower half first.</summary>
    [Fact]
    public void Sixteen_bits_are_the_halves_of_an_elements_words()
    {
        var stream = new RandomStream(7, RandomPurpose.Test, 2, 3);
        var halves = new ushort[21];
        stream.FillUInt16(halves);
        for (var element = 0; element < 3; element++)
        {
            Assert.Equal(stream.UInt32((ulong)element), halves[8 * element] | ((uint)halves[(8 * element) + 1] << 16));
        }

        var shorter = new ushort[11];
        stream.FillUInt16(shorter);
        Assert.Equal(halves[..11], shorter);
    }

    [Fact]
    public void Purposes_keep_their_values()
    {
        Assert.Equal(
            ["Initialisation=1", "SetPermutation=2", "EpochOrder=3", "Digits=4", "Test=5", "Layer=6", "ShardOrder=7", "Augmentation=8", "Sequences=9", "Simulation=10", "Compression=11", "Custom=65536"],
            Enum.GetValues<RandomPurpose>().Select(p => $"{p}={(int)p}"));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Uniform_draws_are_uniform(ulong seed)
    {
        var stream = new RandomStream(seed, RandomPurpose.Test);
        var uniform = new ContinuousUniform(0, 1);
        AssertDistribution(seed, uniform.CumulativeDistribution, e => stream.Uniform(e));
        AssertDistribution(seed, uniform.CumulativeDistribution, stream.UniformDouble);
        AssertDistribution(seed, uniform.CumulativeDistribution, e => stream.UInt32(e) / 4294967296.0);
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Normal_draws_are_normal(ulong seed)
    {
        var stream = new RandomStream(seed, RandomPurpose.Test, epoch: 3, position: 9);
        AssertDistribution(seed, new Normal(0, 1).CumulativeDistribution, stream.Normal);

        // The standard errors of n draws' mean, variance, skewness and kurtosis: sqrt of 1/n, 2/n, 6/n, 24/n.
        var moments = new DescriptiveStatistics(Enumerable.Range(0, Draws).Select(i => stream.Normal((ulong)i)), increasedAccuracy: true);
        AssertWithin(seed, "mean", moments.Mean, 0, 4 * Math.Sqrt(1.0 / Draws));
        AssertWithin(seed, "variance", moments.Variance, 1, 4 * Math.Sqrt(2.0 / Draws));
        AssertWithin(seed, "skewness", moments.Skewness, 0, 4 * Math.Sqrt(6.0 / Draws));
        AssertWithin(seed, "excess kurtosis", moments.Kurtosis, 0, 4 * Math.Sqrt(24.0 / Draws));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Below_draws_every_value_alike(ulong seed)
    {
        const int Bound = 37;
        var stream = new RandomStream(seed, RandomPurpose.Test);
        var counts = new int[Bound];
        for (var i = 0; i < Draws; i++)
        {
            counts[stream.Below((ulong)i, Bound)]++;
        }
        AssertChiSquared(seed, counts);
        Assert.Equal(0, stream.Below(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Below(0, 0));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Shuffle_gives_every_order_alike(ulong seed)
    {
        var counts = new int[24];
        for (var position = 0; position < Draws; position++)
        {
            int[] items = [0, 1, 2, 3];
            new RandomStream(seed, RandomPurpose.Test, 0, (ulong)position).Shuffle(items);
            counts[RankOf(items)]++;
        }
        AssertChiSquared(seed, counts);
    }

    [Fact]
    public void Shuffle_keeps_every_item_and_moves_most()
    {
        var items = Enumerable.Range(0, 60_000).ToArray();
        new RandomStream(7, RandomPurpose.Test).Shuffle(items);
        Assert.InRange(items.Where((item, i) => item == i).Count(), 0, 8);
        Array.Sort(items);
        Assert.Equal(Enumerable.Range(0, 60_000), items);
    }

    /// <summary>Streams that differ in one coordinate, and neighbouring elements of one stream, are uncorrelated, squares too.</summary>
    [Fact]
    public void Neighbouring_streams_and_elements_are_independent()
    {
        const ulong Seed = 5;
        var first = Column(new RandomStream(Seed, RandomPurpose.Test), 0);
        var others = new Dictionary<string, double[]>
        {
            ["next element"] = Column(new RandomStream(Seed, RandomPurpose.Test), 1),
            ["next seed"] = Column(new RandomStream(Seed + 1, RandomPurpose.Test), 0),
            ["seed's upper half"] = Column(new RandomStream(Seed + (1UL << 32), RandomPurpose.Test), 0),
            ["purpose"] = Column(new RandomStream(Seed, RandomPurpose.Digits), 0),
            ["next epoch"] = Column(new RandomStream(Seed, RandomPurpose.Test, 1), 0),
            ["epoch's upper half"] = Column(new RandomStream(Seed, RandomPurpose.Test, 1UL << 32), 0),
            ["next position"] = Column(new RandomStream(Seed, RandomPurpose.Test, 0, 1), 0),
            ["position's upper half"] = Column(new RandomStream(Seed, RandomPurpose.Test, 0, 1UL << 32), 0),
            ["element's upper half"] = Column(new RandomStream(Seed, RandomPurpose.Test), 1UL << 32),
        };
        foreach (var (name, other) in others)
        {
            AssertWithin(Seed, name, Correlation.Pearson(first, other), 0, 4 / Math.Sqrt(Draws));
            var ofSquares = Correlation.Pearson(first.Select(Square), other.Select(Square));
            AssertWithin(Seed, name + ", squares", ofSquares, 0, 4 / Math.Sqrt(Draws));
        }

        static double[] Column(RandomStream stream, ulong from) =>
            Enumerable.Range(0, Draws).Select(i => stream.Normal(from + (ulong)i)).ToArray();

        static double Square(double x) => x * x;
    }

    /// <summary>The first draws over many positions and seeds (one element each) are as good as one stream's elements.</summary>
    [Fact]
    public void First_draws_of_many_streams_are_uniform()
    {
        var uniform = new ContinuousUniform(0, 1);
        AssertDistribution(5, uniform.CumulativeDistribution, p => new RandomStream(5, RandomPurpose.Test, 0, p).UniformDouble(0));
        AssertDistribution(5, uniform.CumulativeDistribution, p => new RandomStream(5, RandomPurpose.Test, p).UniformDouble(0));
        AssertDistribution(5, uniform.CumulativeDistribution, p => new RandomStream(p, RandomPurpose.Test).UniformDouble(0));
    }

    [Fact]
    public void Normal_inverts_the_cumulative_distribution()
    {
        foreach (var q in new[] { -0.4999999, -0.45, -0.425, -0.3, -1e-10, 1e-16, 0.2, 0.425, 0.43, 0.49, 0.4999999999 })
        {
            var x = NormalQuantile.OfCentred(q);
            var expected = Normal.InvCDF(0, 1, 0.5 + q);
            Assert.True(Math.Abs(x - expected) <= 2e-15 * Math.Abs(expected) + 2e-16, $"q {q}: {x:R}, MathNet {expected:R}");
            Assert.Equal(-x, NormalQuantile.OfCentred(-q));
        }
        // The smallest point that can be drawn.
        var smallest = NormalQuantile.OfCentred(-0.5 + Math.Pow(2, -54));
        Assert.Equal(1, Normal.CDF(0, 1, smallest) / Math.Pow(2, -54), 12);
    }

    [Fact]
    public void FillNormal_is_scaled_Normal()
    {
        var stream = new RandomStream(11, RandomPurpose.Initialisation, 0, 2);
        var filled = new float[1000];
        stream.FillNormal(filled, 0.25f, firstElement: 77);
        Assert.All(filled, (value, i) => Assert.Equal((float)(0.25 * stream.Normal(77 + (ulong)i)), value));
    }

    /// <summary>Every job's bits rest on these: a change here makes every earlier run unrepeatable.</summary>
    [Fact]
    public void Draws_keep_their_bits()
    {
        var stream = new RandomStream(20240229, RandomPurpose.Test, 3, 1000);
        var items = Enumerable.Range(0, 10).ToArray();
        stream.Shuffle(items);
        Assert.Equal(
            "0174aaa2 4fdc7f1a 0.8824646 0.42596086736294725 "
            + "-1.0452581935764012 1.523593632916522 -0.7765171349748097 151745 3,0,9,4,8,7,5,6,2,1",
            $"{stream.UInt32(0):x8} {stream.UInt32(ulong.MaxValue):x8} {stream.Uniform(1):R} {stream.UniformDouble(2):R} "
            + $"{stream.Normal(3):R} {stream.Normal(4):R} {stream.Normal(5):R} {stream.Below(6, 1_000_000)} {string.Join(',', items)}");
    }

    private static void AssertDistribution(ulong seed, Func<double, double> cumulative, Func<ulong, double> draw)
    {
        var sorted = Enumerable.Range(0, Draws).Select(i => draw((ulong)i)).Order().ToArray();
        var distance = 0.0;
        for (var i = 0; i < Draws; i++)
        {
            var p = cumulative(sorted[i]);
            distance = Math.Max(distance, Math.Max(p - (double)i / Draws, (i + 1.0) / Draws - p));
        }
        // Kolmogorov and Smirnov's statistic: above 2.2 / sqrt(n) with probability 2 exp(-2 · 2.2²) = 0.01 %.
        AssertWithin(seed, "Kolmogorov-Smirnov", distance, 0, 2.2 / Math.Sqrt(Draws));
    }

    private static void AssertChiSquared(ulong seed, int[] counts)
    {
        var expected = (double)counts.Sum() / counts.Length;
        var statistic = counts.Sum(c => (c - expected) * (c - expected) / expected);
        var p = 1 - new ChiSquared(counts.Length - 1).CumulativeDistribution(statistic);
        Assert.True(p is > 1e-4 and < 1 - 1e-4, $"seed {seed}: chi-squared {statistic}, probability {p}");
    }

    private static void AssertWithin(ulong seed, string what, double value, double expected, double tolerance) =>
        Assert.True(Math.Abs(value - expected) <= tolerance, $"seed {seed}: {what} {value} is not within {tolerance} of {expected}");

    private static int RankOf(int[] order)
    {
        var rank = 0;
        for (var i = 0; i < order.Length; i++)
        {
            rank = rank * (order.Length - i) + order[(i + 1)..].Count(later => later < order[i]);
        }
        return rank;
    }
}
