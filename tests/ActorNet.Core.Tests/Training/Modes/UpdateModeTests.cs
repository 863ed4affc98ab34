using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Tests.Training.Modes;

public sealed class UpdateModeTests
{
    [Theory]
    [InlineData("local:1", 1)]
    [InlineData("local:32", 32)]
    [InlineData("local:2147483647", int.MaxValue)]
    public void Rounds_say_how_many_steps_they_have(string word, int steps)
    {
        Assert.Equal(new UpdateMode.Local(steps), UpdateMode.Parse(word));
        new JobSpec { Mode = word }.Validate();
    }

    [Theory]
    [InlineData("ssp:0", 0)]
    [InlineData("ssp:4", 4)]
    [InlineData("async", null)]
    public void Stale_modes_say_how_far_ahead_a_slice_may_be(string word, int? bound)
    {
        Assert.Equal(new UpdateMode.Stale(bound), UpdateMode.Parse(word));
        new JobSpec { Mode = word }.Validate();
    }

    [Fact]
    public void Where_no_whole_gradient_is_in_one_place_none_is_clipped() => Assert.Equal(
        "clip norm is 1, and the mode is ssp:4, in which no step's whole gradient is ever in one place: leave it out, or choose sync or local:H.",
        Assert.Throws<ActorNetException>(new JobSpec { Mode = "ssp:4", ClipNorm = 1 }.Validate).Message);

    [Fact]
    public void Sync_is_sync() => Assert.Equal(new UpdateMode.Sync(), UpdateMode.Parse("sync"));

    [Theory]
    [InlineData("", "use sync, local:H")]
    [InlineData("Sync", "use sync, local:H")]
    [InlineData("Async", "use sync, local:H")]
    [InlineData("async:2", "use sync, local:H")]
    [InlineData("ssp", "use sync, local:H")]
    [InlineData("ssp:", "0 or more")]
    [InlineData("ssp:-1", "0 or more")]
    [InlineData("ssp:04", "0 or more")]
    [InlineData("ssp:2147483648", "0 or more")]
    [InlineData("local", "use sync, local:H")]
    [InlineData("local:", "1 or more")]
    [InlineData("local:0", "1 or more")]
    [InlineData("local:-1", "1 or more")]
    [InlineData("local:08", "1 or more")]
    [InlineData("local: 8", "1 or more")]
    [InlineData("local:8.5", "1 or more")]
    [InlineData("local:2147483648", "1 or more")]
    public void Anything_else_is_refused(string word, string reason)
    {
        var error = Assert.Throws<ActorNetException>(new JobSpec { Mode = word }.Validate);
        Assert.StartsWith($"mode is '{word}': ", error.Message, StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0, "outer learning rate is 0")]
    [InlineData(-1, 0, "outer learning rate is -1")]
    [InlineData(double.NaN, 0, "outer learning rate is NaN")]
    [InlineData(1, 1, "outer momentum is 1")]
    [InlineData(1, -0.1, "outer momentum is -0.1")]
    public void An_outer_step_that_makes_no_sense_is_refused(double rate, double momentum, string reason)
    {
        var job = new JobSpec { Mode = "local:8", Outer = new OuterSpec { LearningRate = rate, Momentum = momentum } };
        Assert.StartsWith(reason, Assert.Throws<ActorNetException>(job.Validate).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_outer_step_is_for_rounds()
    {
        var job = new JobSpec { Outer = new OuterSpec { Momentum = 0.9 } };
        Assert.Equal(
            "an outer learning rate or momentum is for the mode local:H, and the mode is sync: leave it out, or choose e.g. local:8.",
            Assert.Throws<ActorNetException>(job.Validate).Message);
    }

    [Fact]
    public void A_job_in_rounds_reads_back_as_it_was_written()
    {
        var job = new JobSpec { Mode = "local:8", Outer = new OuterSpec { LearningRate = 0.7, Momentum = 0.9 } };
        Assert.Equal(job, JobSpec.FromJson(job.ToJson(), "job"));
        Assert.Equal(job.Outer, JobSpec.FromJson(job.ToJson(), "job").Outer);
        Assert.NotEqual(job.Hash, (job with { Outer = null }).Hash);
        // Said or not, plain averaging is plain averaging.
        Assert.Equal((job with { Outer = null }).Hash, (job with { Outer = new OuterSpec { LearningRate = 1, Momentum = 0 } }).Hash);
    }
}
