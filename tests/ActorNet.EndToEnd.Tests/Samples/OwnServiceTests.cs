using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Samples;

/// <summary>Runs the sample of a service, as the one that trains and as a worker.</summary>
public sealed class OwnServiceTests : IDisposable
{
    private readonly Workspace _work = new();

    public OwnServiceTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_service_that_trains_and_one_that_works_come_to_the_same_bits_as_one_loop()
    {
        var port = FreePorts.Pair();
        _work.Write("secret", "the secret of these services");
        var train = Start($"Listen=127.0.0.1:{port}", "Workers=0", "MinWorkers=1", "ExitWhenDone=true", "SecretFile=secret");
        var worker = Start($"Join=127.0.0.1:{port}", "Listen=127.0.0.1:0", "Workers=1", "ExitWhenDone=true", "SecretFile=secret");
        Assert.Contains("joined job", worker.End().Ending(0).Output, StringComparison.Ordinal);

        var data = DataSets.Open(_work.At("tiny"));
        var model = Model.Create(ModelSpec.Dense([data.Training.InputSize, 30, data.Training.TargetSize]));
        model.Train(data.Training, new JobSpec { Epochs = 3 });
        var lines = train.End().Ending(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal([$"{3 * data.Training.Count} samples by 1 workers", model.WeightsSha256], lines[^2..]);
    }

    [Fact]
    public async Task A_worker_that_is_stopped_leaves_and_one_that_is_refused_ends_with_1()
    {
        var port = FreePorts.Pair();
        _work.Write("secret", "the secret of these services");
        var train = Start($"Listen=127.0.0.1:{port}", "Workers=0", "MinWorkers=2", "SecretFile=secret");
        await train.SeesAsync("listens on");
        Assert.Contains("only nodes that have its secret", Start($"Join=127.0.0.1:{port}", "Workers=1").End().Ending(1).Output, StringComparison.Ordinal);

        var worker = Start($"Join=127.0.0.1:{port}", "Listen=127.0.0.1:0", "Workers=1", "SecretFile=secret");
        await worker.SeesAsync("joined job");
        worker.Signal("TERM");
        worker.End().Ending(0);
        train.Signal("TERM");
        train.End().Ending(0);
    }

    [Theory]
    [InlineData("ActorNet:Join is '127.0.0.1:x'", "Join=127.0.0.1:x")]
    [InlineData("ActorNet:Listen is 'nowhere:x'", "Listen=nowhere:x")]
    [InlineData("ActorNet:MinWorkers is 0", "MinWorkers=0")]
    [InlineData("ActorNet:SecretFile gone cannot be read", "Join=a:1", "SecretFile=gone")]
    [InlineData("ActorNet:ConfigFile gone.conf cannot be read", "Join=a:1", "ConfigFile=gone.conf")]
    [InlineData("ActorNet: the node has nothing to do", "Join=a:1", "Workers=0")]
    public void Options_that_make_no_sense_fail_at_the_start(string fault, params string[] options)
    {
        var ended = Start(options).End();
        Assert.NotEqual(0, ended.ExitCode);
        Assert.Contains(fault, ended.Error, StringComparison.Ordinal);
    }

    private RunningProcess Start(params string[] options) => _work.StartOther(
        "dotnet", [Repository.Sample("OwnService"), "--Data=tiny", .. options.Select(option => $"--ActorNet:{option}")]);
}
