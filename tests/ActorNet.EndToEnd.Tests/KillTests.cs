using System.Diagnostics;
using ActorNet.Core.Checkpoints;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A process that is killed again and again at random moments, and resumed each time, ends with the bits of one that was not.</summary>
public sealed class KillTests : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(60);
    private readonly Workspace _work = new();

    public KillTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [SkippableTheory]
    [InlineData(1, "sync")]
    public void Three_kills_change_no_bit(int seed, string mode) => KillAndResume(seed, mode, kills: 3, epochs: 25);

    [Trait("Category", "Slow")]
    [SkippableTheory]
    [InlineData(2, "sync")]
    [InlineData(3, "sync")]
    [InlineData(4, "local:3")]
    public void Twenty_kills_change_no_bit(int seed, string mode) => KillAndResume(seed, mode, kills: 20, epochs: 150);

    private void KillAndResume(int seed, string mode, int kills, int epochs)
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] job = ["train", "--data", "tiny", "--epochs", $"{epochs}", "--optimizer", "momentum", "--hidden", "100", "--batch-size", "11", "--mode", mode];
        var whole = _work.Run([.. job, "--json", "--out", "whole"]).Ending(0).Json;

        var random = new Random(seed);
        var insideWrites = 0;
        for (var kill = 1; kill <= kills; kill++)
        {
            string[] start = kill == 1 ? [.. job, "--out", "run"] : ["train", "--resume", "run"];
            var running = _work.Start(
                [.. start, "--checkpoint-every", $"{random.Next(1, 51)}", "--workers", $"{random.Next(1, 4)}", "--servers", $"{random.Next(1, 3)}"]);
            AwaitMoment(random, insideWrite: kill % 2 == 0, $"seed {seed}, kill {kill}");
            running.Signal("KILL");
            running.End().Ending(137);
            insideWrites += Written("tmp-step-*").Length > 0 ? 1 : 0;
        }

        // One try may miss, ten must not.
        Assert.True(insideWrites > 0 || kills < 20, $"seed {seed}: no kill struck inside the write of a checkpoint");
        var last = _work.Run("train", "--resume", "run", "--json").Ending(0).Json;
        Assert.True((string?)whole["weightsSha256"] == (string?)last["weightsSha256"], $"seed {seed}: other bits after {kills} kills");
        Assert.True((bool)last["ledger"]!["exact"]!, $"seed {seed}: {last["ledger"]}");
        var history = new CheckpointStore(_work.At("run", "checkpoints")).LoadLatest(out _)!.Progress.History;
        Assert.Equal(Enumerable.Range(1, epochs), history.Select(epoch => epoch.Epoch));
    }

    /// <summary>Waits until the run has come some checkpoints further, and then for a moment more; or for the next write to have begun.</summary>
    private void AwaitMoment(Random random, bool insideWrite, string phase)
    {
        var seen = new HashSet<string>(Written("step-*"));
        var goal = seen.Count + random.Next(1, 4);
        var last = insideWrite ? "" : "no more";
        var pause = TimeSpan.FromMicroseconds(random.Next(insideWrite ? 2_000 : 20_000));
        var watch = Stopwatch.StartNew();
        while (seen.Count < goal || last.Length == 0)
        {
            seen.UnionWith(Written("step-*"));
            last = seen.Count >= goal && insideWrite ? Written("tmp-step-*").FirstOrDefault("") : last;
            Assert.True(watch.Elapsed < _deadline, $"{phase}: the run has written no checkpoint for {_deadline.TotalSeconds} s");
            Thread.Yield();
        }

        for (var until = watch.Elapsed + pause; watch.Elapsed < until;)
        {
            Thread.Yield();
        }
    }

    private string[] Written(string pattern)
    {
        try
        {
            return Directory.GetDirectories(_work.At("run", "checkpoints"), pattern);
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }
}
