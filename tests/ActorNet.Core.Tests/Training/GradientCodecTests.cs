using System.Runtime.InteropServices;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Compression;
using CsCheck;

namespace ActorNet.Core.Tests.Training;

/// <summary>What comes back from codes: near enough, right on average, and the same everywhere.</summary>
public sealed class GradientCodecTests
{
    private static readonly CodedPart _part = new(7, new TreeNode(4, 4), 3);

    /// <summary>Values of all sizes, zeros and lengths that no vector divides.</summary>
    private static readonly Gen<float[]> _gradients =
        Gen.Int[-140, 120].SelectMany(power => Gen.Float[-1, 1].Select(Gen.Int[0, 9], (value, kind) => kind == 0 ? 0f : (float)Math.ScaleB(value, power - kind)).Array[1, 2500]);

    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    public void What_comes_back_is_near(string format) => _gradients.Sample(gradient =>
    {
        var back = Back(format, gradient);
        for (var i = 0; i < gradient.Length; i++)
        {
            var largest = gradient.Chunk(GradientCodec.Block).ElementAt(i / GradientCodec.Block).Max(MathF.Abs);
            var bound = format switch
            {
                "fp16" => (MathF.Abs(gradient[i]) * Math.ScaleB(1, -11)) + (largest * Math.ScaleB(1, -38)) + 1e-43,
                "bf16" => (MathF.Abs(gradient[i]) * Math.ScaleB(1, -8)) + Math.ScaleB(1, -133),
                _ => Math.Max(largest / 126.9, largest < 1e-36f ? largest : 0),
            };
            if (Math.Abs((double)gradient[i] - back[i]) > bound)
            {
                Assert.Fail($"{format}: {gradient[i]:R} of a block up to {largest:R} came back as {back[i]:R}");
            }
        }
    });

    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    public void Codes_and_the_round_trip_of_each_block_are_one(string format) => _gradients.Sample(gradient =>
    {
        var codec = Codec(format);
        var (back, alone) = (Back(format, gradient), (float[])gradient.Clone());
        for (var start = 0; start < alone.Length; start += GradientCodec.Block)
        {
            codec.RoundTrip(_part, start / GradientCodec.Block, alone.AsSpan(start, Math.Min(GradientCodec.Block, alone.Length - start)));
        }

        Assert.True(Bytes(back).SequenceEqual(Bytes(alone)));
    });

    /// <summary>In a vector or alone: an element's code depends on neither.</summary>
    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    public void A_shorter_block_with_the_same_largest_value_has_the_same_codes(string format) => _gradients.Sample(gradient =>
    {
        gradient[0] = gradient.Max(MathF.Abs);
        gradient = gradient[..Math.Min(gradient.Length, GradientCodec.Block)];
        var whole = Back(format, gradient);
        for (var length = 1; length <= gradient.Length; length += 1 + (length / 4))
        {
            Assert.True(Bytes(whole.AsSpan(0, length)).SequenceEqual(Bytes(Back(format, gradient[..length]))), $"{length} of {gradient.Length}");
        }
    });

    /// <summary>Over 4,000 steps the mean of what comes back is within five deviations of what went in; the nearest step would be up to half a step off.</summary>
    [Fact]
    public void Int8_is_right_on_average()
    {
        float[] gradient = [1, .. Enumerable.Range(1, 40).Select(i => i / 5000f)];
        var sums = new double[gradient.Length];
        const int Steps = 4000;
        for (var step = 0; step < Steps; step++)
        {
            foreach (var (i, value) in Back("int8", gradient, _part with { Step = step }).Index())
            {
                sums[i] += value;
            }
        }

        var deviation = 0.5 / 127 / Math.Sqrt(Steps);
        Assert.All(gradient.Index(), pair => Assert.Equal(pair.Item, sums[pair.Index] / Steps, 5 * deviation));
    }

    [Fact]
    public void Int8_rounds_by_seed_step_group_and_place()
    {
        var gradient = Enumerable.Range(0, 1024).Select(i => i / 1024f).ToArray();
        float[][] all =
        [
            Back("int8", gradient), Back("int8", gradient, seed: 2), Back("int8", gradient, _part with { Step = 8 }),
            Back("int8", gradient, _part with { Group = new TreeNode(0, 4) }), Back("int8", gradient, _part with { FirstBlock = 4 }),
        ];
        Assert.Equal(all.Length, all.Select(back => Convert.ToHexString(Bytes(back))).Distinct().Count());
        Assert.Equal(all[0], Back("int8", gradient));
    }

    [Theory]
    [InlineData("fp16", float.NaN)]
    [InlineData("fp16", float.NegativeInfinity)]
    [InlineData("bf16", float.NaN)]
    [InlineData("bf16", float.PositiveInfinity)]
    [InlineData("int8", float.NaN)]
    [InlineData("int8", float.PositiveInfinity)]
    public void A_value_that_is_not_finite_makes_its_block_NaN_and_no_other(string format, float value)
    {
        var gradient = Enumerable.Repeat(0.5f, 3000).ToArray();
        gradient[1500] = value;
        var back = Back(format, gradient);
        Assert.All(back[1024..2048], one => Assert.True(float.IsNaN(one)));
        Assert.All(back[..1024].Concat(back[2048..]), one => Assert.Equal(0.5f, one, 1e-6f));
    }

    [Theory]
    [InlineData("fp16")]
    [InlineData("bf16")]
    [InlineData("int8")]
    public void What_is_finite_stays_finite(string format)
    {
        foreach (var value in (float[])[float.MaxValue, -float.MaxValue, 65520, float.Epsilon, 1e-38f, 0])
        {
            Assert.All(Back(format, [value, 1e-3f, 0]), one => Assert.True(float.IsFinite(one)));
        }
    }

    [Theory]
    [InlineData("fp16", 2500, 5012)]
    [InlineData("bf16", 2500, 5000)]
    [InlineData("int8", 2500, 2512)]
    [InlineData("int8", 0, 0)]
    public void Codes_have_so_many_bytes(string format, int parameters, int bytes)
    {
        Assert.Equal(bytes, Codec(format).EncodedLength(parameters));
        Assert.Throws<ArgumentException>(() => Codec(format).Decode(new byte[bytes + 1], new float[parameters]));
    }

    /// <summary>Against the platform's own conversion.</summary>
    [Fact]
    public void Fp16_rounds_as_halves_do()
    {
        Gen.Float[-1, 1].Select(Gen.Int[0, 26], (value, power) => (float)Math.ScaleB(value, -power)).Array[1, 700].Sample(values =>
        {
            // The largest value is 1: the block is scaled by 2^14, a power of two.
            float[] gradient = [1, .. values];
            var expected = gradient.Select(value => (float)(Half)(value * 16384) / 16384).ToArray();
            Assert.Equal(expected, Back("fp16", gradient));
        });
    }

    private static GradientCodec Codec(string format, ulong seed = 1) => new(GradientCodec.Parse(format), seed);

    private static float[] Back(string format, float[] gradient, CodedPart? part = null, ulong seed = 1)
    {
        var codec = Codec(format, seed);
        var bytes = new byte[codec.EncodedLength(gradient.Length)];
        var back = new float[gradient.Length];
        codec.Encode(part ?? _part, gradient, bytes);
        codec.Decode(bytes, back);
        return back;
    }

    private static ReadOnlySpan<byte> Bytes(ReadOnlySpan<float> values) => MemoryMarshal.AsBytes(values);
}
