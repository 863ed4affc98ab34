using System.Text.Json;

using ActorNet.Core.Optimization;

namespace ActorNet.Core.Tests.Optimization;

public sealed class LearningRateSpecTests
{
    [Fact]
    public void Constant_is_the_rate_itself()
    {
        var spec = new LearningRateSpec { Rate = 3 };

        Assert.All(new long[] { 0, 1, 999, 5000 }, step => Assert.Equal(3f, spec.At(step, 100, 1000)));
    }

    [Fact]
    public void Step_multiplies_after_every_so_many_epochs()
    {
        var spec = new LearningRateSpec { Rate = 1, Schedule = "step", StepFactor = 0.5, StepEpochs = 2 };

        Assert.Equal(1f, spec.At(0, 10, 100));
        Assert.Equal(1f, spec.At(19, 10, 100));
        Assert.Equal(0.5f, spec.At(20, 10, 100));
        Assert.Equal(0.25f, spec.At(40, 10, 100));
        Assert.Equal(0.25f, spec.At(59, 10, 100));
    }

    [Fact]
    public void Cosine_falls_along_half_a_cosine()
    {
        var spec = new LearningRateSpec { Rate = 2, Schedule = "cosine", FinalFraction = 0.1 };

        for (var step = 0; step <= 1000; step++)
        {
            var expected = 2 * (0.1 + (0.9 * 0.5 * (1 + Math.Cos(Math.PI * step / 1000))));
            Assert.Equal(expected, spec.At(step, 10, 1000), 1e-6);
        }

        Assert.Equal(0.2f, spec.At(1000, 10, 1000));
        Assert.Equal(0.2f, spec.At(5000, 10, 1000));
    }

    [Fact]
    public void Cosine_gives_the_pinned_bits()
    {
        var spec = new LearningRateSpec { Rate = 0.3, Schedule = "cosine", WarmupSteps = 5, FinalFraction = 0.01 };

        var bits = string.Join(' ', new long[] { 0, 4, 6, 333, 700, 999 }.Select(step =>
            BitConverter.SingleToUInt32Bits(spec.At(step, 10, 1000)).ToString("x8")));

        Assert.Equal("3d75c28f 3e99999a 3e999981 3e68affe 3d84ad66 3b44a811", bits);
    }

    [Fact]
    public void Warm_up_rises_linearly_and_then_leaves_the_schedule_alone()
    {
        var spec = new LearningRateSpec { Rate = 1, WarmupSteps = 4 };
        Assert.Equal([0.25f, 0.5f, 0.75f, 1f, 1f], Enumerable.Range(0, 5).Select(step => spec.At(step, 10, 100)));

        var cosine = new LearningRateSpec { Rate = 1, Schedule = "cosine", WarmupSteps = 10 };
        Assert.Equal(1f, cosine.At(9, 10, 110));
        Assert.Equal(1f, cosine.At(10, 10, 110));
        Assert.Equal(0.5f, cosine.At(60, 10, 110), 1e-6f);
    }

    [Fact]
    public void A_warm_up_longer_than_the_job_never_passes_the_rate()
    {
        var spec = new LearningRateSpec { Rate = 1, Schedule = "cosine", WarmupSteps = 1000 };

        Assert.All(Enumerable.Range(0, 100), step => Assert.InRange(spec.At(step, 10, 100), 0, 0.1f));
    }

    public static TheoryData<string, LearningRateSpec> Refused => new()
    {
        { "learningRate", new() { Rate = double.NaN } },
        { "learningRate", new() { Rate = -1 } },
        { "learningRate", new() { Rate = 0 } },
        { "learningRate", new() { Rate = 1e300 } },
        { "schedule", new() { Schedule = "linear" } },
        { "stepFactor", new() { StepFactor = 0 } },
        { "stepFactor", new() { StepFactor = double.NaN } },
        { "stepEpochs", new() { StepEpochs = 0 } },
        { "warmupSteps", new() { WarmupSteps = -1 } },
        { "finalFraction", new() { FinalFraction = 1.1 } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Refuses_a_number_by_its_key(string key, LearningRateSpec spec)
    {
        var error = Assert.Throws<ActorNetException>(spec.Validate);

        Assert.StartsWith(key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Specs_survive_json()
    {
        var rate = new LearningRateSpec { Rate = 0.1, Schedule = "step", StepFactor = 0.3, StepEpochs = 7, WarmupSteps = 3, FinalFraction = 0.2 };
        var optimizer = new OptimizerSpec { Name = "adam", Beta1 = 0.8, Beta2 = 0.99, Epsilon = 1e-7, Momentum = 0.5 };

        Assert.Equal(rate, JsonSerializer.Deserialize<LearningRateSpec>(JsonSerializer.Serialize(rate)));
        Assert.Equal(optimizer, JsonSerializer.Deserialize<OptimizerSpec>(JsonSerializer.Serialize(optimizer)));
    }
}
