using ActorNet.Cli.Simulate;
using ActorNet.Core.Models;
using ActorNet.EndToEnd.Tests.Support;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests;

/// <summary>What the simulator says, and whether it is so.</summary>
[Collection("Paced workers")]
public sealed class SimulateTests(ITestOutputHelper output) : IDisposable
{
    /// <summary>Eight processes that compile their code at once keep two cores busy for a while.</summary>
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan _window = TimeSpan.FromSeconds(8);

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_table_for_people_and_an_object_for_programs()
    {
        string[] simulate = ["simulate", "--model", "784-30-10", "--compute", "10", "--workers", "2,4", "--servers", "1,2", "--server-rates", "2000,1000", "--steps", "5"];
        var table = _work.Run(simulate).Ending(0).Output;
        Assert.Contains("784-30-10", table, StringComparison.Ordinal);
        Assert.Equal(4, table.Split('\n').Count(line => line.Contains('%', StringComparison.Ordinal) && !line.Contains("95 %", StringComparison.Ordinal)));
        var rows = _work.Run([.. simulate, "--json"]).Ending(0).Json["rows"]!.AsArray();
        Assert.Equal([(2, 1), (2, 2), (4, 1), (4, 2)], rows.Select(row => ((int)row!["workers"]!, (int)row["servers"]!)));
        Assert.All(rows, row => Assert.InRange((double)row!["stepSeconds"]! / (0.01 * 8 / (int)row["workers"]!), 1, 1.1));
        Assert.Equal(rows.ToJsonString(), _work.Run([.. simulate, "--json"]).Ending(0).Json["rows"]!.ToJsonString());
    }

    [Theory]
    [InlineData("measured")]
    [InlineData("local")]
    public void What_sending_takes_from_computing_is_measured(string how)
    {
        var row = _work.Run("simulate", "--model", "32-16-4", "--workers", "2", "--copy", how, "--steps", "5", "--json").Ending(0).Json["rows"]![0]!;
        // A core copies between a megabyte and a terabyte a second.
        Assert.InRange((double)row["copyRate"]!, 1e6, 1e12);
        Assert.InRange((double)row["sliceSeconds"]!, 1e-9, 1);
    }

    /// <summary>Which takes many seconds for a large network.</summary>
    [Fact]
    public void Measuring_this_machine_ends_when_it_is_interrupted()
    {
        var (machine, model) = (new MachineTimes(new CancellationToken(canceled: true)), ModelSpec.Dense([20, 5, 2]));
        Assert.Throws<OperationCanceledException>(() => machine.Compute(model, slices: 1, samplesPerSlice: 1, atOnce: 1));
        Assert.Throws<OperationCanceledException>(() => machine.Server(model, atOnce: 1));
        Assert.Throws<OperationCanceledException>(() => machine.CopyRate(model, samples: 1, isLocal: false));
    }

    [Fact]
    public void What_makes_no_sense_is_refused_by_name()
    {
        _work.Run("simulate", "--model", "W9").Refusing(2, "W9", "did you mean");
        _work.Run("simulate", "--link", "5").Refusing(2, "--link", "10Gbit");
        _work.Run("simulate", "--workers", "0").Refusing(2, "--workers");
        _work.Run("simulate", "--compute", "-3").Refusing(2, "--compute");
        _work.Run("simulate", "--slow", "50").Refusing(2, "--slow", "5x3");
        _work.Run("simulate", "--server-rates", "5").Refusing(2, "--server-rates", "2000,1000");
        _work.Run("simulate", "--spread", "0.1").Refusing(2, "--spread");
        _work.Write("times.txt", "12\nabc\n");
        _work.Run("simulate", "--compute", "times.txt").Refusing(1, "times.txt, line 2");
        _work.Run("simulate", "--compute", "5", "--workers", "2", "--servers", "3", "--colocated").Refusing(2, "3 servers on the nodes of 2 workers");
    }

    /// <summary>Workers that wait instead of computing, so that eight of them are as fast on two cores as on eight machines; one of four may be five times slower.</summary>
    [SkippableTheory]
    [Trait("Category", "Slow")]
    [InlineData(2, 10, 8)]
    [InlineData(4, 20, 16)]
    [InlineData(8, 40, 16)]
    public async Task Steps_take_as_long_as_was_said(int workers, int pace, int slices)
    {
        using var cluster = new TestCluster("--data", "tiny", "--epochs", "100000", "--hidden", "10", "--batch-size", "16", "--slices", $"{slices}");
        TinyDigits.Write(cluster.Work, training: 4000);
        var train = cluster.Train("--workers", "0", "--min-workers", $"{workers}");
        await train.SeesAsync("listens on");
        for (var i = 0; i < workers; i++)
        {
            cluster.Worker(1, "--pace", $"{pace}");
        }

        var started = await cluster.Record.AwaitAsync("the start", line => line.Event == "started");
        var first = await cluster.Record.AwaitAsync("progress", line => line.Event == "progress" && line.Time > started.Time + _warmUp);
        var last = await cluster.Record.AwaitAsync("progress", line => line.Event == "progress" && line.Time > first.Time + _window);
        var real = (last.Time - first.Time).TotalMilliseconds / ((long)last.Json["version"]! - (long)first.Json["version"]!);

        var said = 1000 * (double)_work.Run(
            "simulate", "--model", "784-10-10", "--workers", $"{workers}", "--slices", $"{slices}", "--compute", $"{pace}", "--json").Ending(0).Json["rows"]![0]!["stepSeconds"]!;
        output.WriteLine($"{workers} workers, {slices} slices of {pace} ms: {said:0.0} ms were said, it was {real:0.0} ms: {said / real:0.000}");
        Assert.InRange(said / real, 0.85, 1.15);
    }
}
