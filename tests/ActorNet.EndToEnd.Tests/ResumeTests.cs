using System.Text.Json.Nodes;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

public sealed class ResumeTests : IDisposable
{
    private readonly Workspace _work = new();

    public ResumeTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [SkippableFact]
    public async Task An_interrupted_run_that_is_resumed_ends_with_the_same_bits()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = ["train", "--data", Large(), "--epochs", "20", "--optimizer", "momentum"];
        var whole = _work.Run([.. flags, "--json"]).Ending(0).Json;

        var running = _work.Start([.. flags, "--out", "run"]);
        await running.SeesAsync("\n    1 ");
        running.Signal("INT");
        var stopped = running.End().Ending(130);
        Assert.Contains("actornet train --resume run", stopped.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(_work.At("run", "model.safetensors")));

        running = _work.Start("train", "--resume", "run");
        await running.SeesAsync("epoch     cost");
        running.Signal("TERM");
        Assert.Contains("goes on from step", running.End().Ending(130).Output, StringComparison.Ordinal);

        running = _work.Start("train", "--resume", "run");
        await running.SeesAsync("epoch     cost");
        running.Signal("HUP");
        running.End().Ending(130);

        var resumed = _work.Run("train", "--resume", "run", "--json").Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)resumed["weightsSha256"]);
        Assert.Equal((string?)whole["jobHash"], (string?)resumed["jobHash"]);
        Assert.InRange((long)resumed["steps"]!, 1, (long)whole["steps"]! - 1);
        Assert.True(File.Exists(_work.At("run", "model.safetensors")));

        var again = _work.Run("train", "--resume", "run", "--json").Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)again["weightsSha256"]);
        Assert.Equal(0, (long)again["steps"]!);
    }

    /// <summary>One command for a container's first start and each that follows.</summary>
    [Fact]
    public void A_run_on_a_part_of_the_samples_goes_on_with_the_same_flags()
    {
        string[] flags = ["train", "--data", "tiny", "--samples", "50", "--epochs", "1", "--out", "run", "--resume-if-there", "--json"];
        var first = _work.Run(flags).Ending(0).Json;
        Assert.Equal((string?)first["weightsSha256"], (string?)_work.Run(flags).Ending(0).Json["weightsSha256"]);
        _work.Run("train", "--resume", "run", "--samples", "40").Refusing(2, "--samples", "would change the job");
    }

    [SkippableFact]
    public async Task A_killed_run_is_resumed_without_being_named()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = ["train", "--data", Large(), "--epochs", "12", "--checkpoint-every", "1000"];
        var whole = _work.Run([.. flags, "--json", "--out", "whole"]).Ending(0).Json;
        var running = _work.Start(flags);
        await running.SeesAsync("\n    1 ");
        running.Signal("KILL");
        running.End();
        var resumed = _work.Run("train", "--resume", "--json").Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)resumed["weightsSha256"]);
    }

    [SkippableFact]
    public async Task A_run_interrupted_before_its_first_step_can_be_resumed()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = ["train", "--data", Large(), "--epochs", "2"];
        var whole = _work.Run([.. flags, "--json"]).Ending(0).Json;
        var running = _work.Start([.. flags, "--out", "run"]);
        await running.SeesAsync("run run");
        running.Signal("INT");
        running.End().Ending(130);
        var resumed = _work.Run("train", "--resume", "run", "--json").Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)resumed["weightsSha256"]);
    }

    [SkippableFact]
    public async Task One_command_begins_a_run_goes_on_with_it_and_finds_it_done()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = ["train", "--data", Large(), "--epochs", "20"];
        var whole = _work.Run([.. flags, "--json"]).Ending(0).Json;
        string[] command = [.. flags, "--out", "run", "--resume-if-there"];
        var running = _work.Start(command);
        await running.SeesAsync("\n    1 ");
        running.Signal("TERM");
        running.End().Ending(130);

        var resumed = _work.Run([.. command, "--json"]).Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)resumed["weightsSha256"]);
        Assert.InRange((long)resumed["steps"]!, 1, (long)whole["steps"]! - 1);
        Assert.Equal(0, (long)_work.Run([.. command, "--json"]).Ending(0).Json["steps"]!);
    }

    [Fact]
    public void A_run_that_goes_on_because_it_is_there_keeps_its_job()
    {
        string[] command = ["train", "--data", "tiny", "--out", "run", "--resume-if-there"];
        _work.Write("job.json", _work.Run("train", "--data", "tiny", "--epochs", "1", "--print-job").Ending(0).Output);
        _work.Run([.. command, "--job", "job.json"]).Ending(0);
        Assert.Contains("job.json is not read: run goes on", _work.Run([.. command, "--job", "job.json"]).Ending(0).Error, StringComparison.Ordinal);
        _work.Run([.. command, "--seed", "9"]).Refusing(2, "--seed 9", "another --out");
        _work.Run("train", "--data", "tiny", "--resume-if-there").Refusing(2, "--resume-if-there", "add --out");
        _work.Run([.. command, "--resume", "run"]).Refusing(2, "--resume does not go with --resume-if-there");
    }

    [Fact]
    public void More_epochs_make_a_new_job_with_the_bits_of_all_epochs_at_once()
    {
        string[] flags = ["train", "--data", "tiny", "--optimizer", "nesterov", "--json"];
        var old = _work.Run([.. flags, "--epochs", "2", "--out", "old"]).Ending(0).Json;
        var whole = _work.Run([.. flags, "--epochs", "5"]).Ending(0).Json;
        var more = _work.Run("train", "--resume", "old", "--epochs", "5", "--json", "--out", "more").Ending(0).Json;
        Assert.Equal((string?)whole["weightsSha256"], (string?)more["weightsSha256"]);
        Assert.Equal(5, (int)more["epochs"]!);
        Assert.Equal(120, (long)more["steps"]!);
        Assert.NotEqual((string?)whole["jobHash"], (string?)more["jobHash"]);
        var job = JsonNode.Parse(File.ReadAllText(_work.At("more", "job.json")))!;
        Assert.Equal((string?)old["jobHash"], (string?)job["parent"]);

        _work.Run("train", "--job", "more/job.json").Refusing(2, "--resume");
        _work.Run("train", "--resume", "old", "--epochs", "1").Refusing(2, "--epochs", "more than");
    }

    [Fact]
    public void What_would_change_the_job_is_refused_by_name_and_what_would_not_is_taken()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "1", "--out", "run").Ending(0);
        _work.Run("train", "--resume", "run", "--batch-size", "20").Refusing(2, "--batch-size 20", "run");
        _work.Environment["ACTORNET_SEED"] = "9";
        _work.Run("train", "--resume", "run").Refusing(2, "ACTORNET_SEED 9");
        _work.Environment["ACTORNET_SEED"] = "1";
        _work.Run("train", "--resume", "run", "--workers", "3", "--batch-size", "10").Ending(0);
        _work.Run("train", "--resume", "run", "--from", "run").Refusing(2, "--from", "--resume");
    }

    [Fact]
    public void A_damaged_checkpoint_is_passed_over_with_a_warning()
    {
        var whole = _work.Run("train", "--data", "tiny", "--epochs", "3", "--out", "run", "--json").Ending(0).Json;
        var newest = Directory.GetDirectories(_work.At("run", "checkpoints")).Max()!;
        Flip(Path.Combine(newest, "weights.safetensors"));
        var resumed = _work.Run("train", "--resume", "run", "--json").Ending(0);
        Assert.Contains("warning: checkpoint step-0000000120 is passed over", resumed.Error, StringComparison.Ordinal);
        Assert.Equal((string?)whole["weightsSha256"], (string?)resumed.Json["weightsSha256"]);
        Assert.Equal(40, (long)resumed.Json["steps"]!);
    }

    [Fact]
    public void When_all_checkpoints_are_damaged_it_says_so()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "2", "--out", "run").Ending(0);
        foreach (var checkpoint in Directory.GetDirectories(_work.At("run", "checkpoints")))
        {
            Flip(Path.Combine(checkpoint, "weights.safetensors"));
        }

        _work.Run("train", "--resume", "run").Refusing(1, "checkpoints can be used", "SHA-256");
    }

    [Fact]
    public void A_checkpoint_of_another_job_is_refused()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "1", "--out", "one").Ending(0);
        _work.Run("train", "--data", "tiny", "--epochs", "1", "--seed", "2", "--out", "two").Ending(0);
        Directory.Delete(_work.At("one", "checkpoints"), recursive: true);
        Directory.Move(_work.At("two", "checkpoints"), _work.At("one", "checkpoints"));
        _work.Run("train", "--resume", "one").Refusing(1, "belongs to job");
        Directory.CreateDirectory(_work.At("three"));
        Directory.Move(_work.At("one", "checkpoints"), _work.At("three", "checkpoints"));
        _work.Run("train", "--data", "tiny", "--out", "three").Refusing(1, "belongs to job");
        _work.Run("train", "--data", "tiny", "--out", "two").Refusing(1, "holds a run already");
    }

    [Trait("Category", "Slow")]
    [SkippableFact]
    public async Task A_second_interruption_ends_at_once()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs kill(2)");
        string[] flags = ["train", "--data", Large(), "--hidden", "2000,1000", "--batch-size", "10000", "--slices", "1"];
        var running = _work.Start([.. flags, "--out", "run"]);
        await running.SeesAsync("epoch     cost");
        running.Signal("INT");
        await running.SeesAsync("once more ends at once");
        running.Signal("INT");
        var ended = running.End().Ending(130);
        Assert.DoesNotContain("go on with", ended.Output, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_work.At("run", "checkpoints")));
    }

    /// <summary>Data whose epochs take long enough to be interrupted in their middle.</summary>
    private string Large() => TinyDigits.Write(_work, "large", training: 30_000);

    private static void Flip(string path)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
