using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

public sealed class RunsCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Runs_are_listed_newest_first_filtered_and_sorted()
    {
        Make("runs/good", RecordText.Begun().Epoch(2, 1, 0.9).Epoch(3, 2, 0.8).Add(4, "finished", new { reason = "finished", samplesPerSecond = 10 }));
        Make("runs/bad", new RecordText().Add(100, "run", new { version = 0 }).Add(101, "failed", new { message = "no disk" }));
        Make("runs/cut", new RecordText().Add(50, "run", new { version = 0 }));
        Directory.CreateDirectory(_work.At("runs", "other"));

        Assert.Equal(["bad", "cut", "good"], Names());
        Assert.Equal(["good", "bad", "cut"], Names("--sort", "accuracy"));
        Assert.Equal(["bad"], Names("--filter", "FAIL"));
        var good = _work.Run("runs", "--json", "--filter", "good").Ending(0).Json["runs"]![0]!;
        Assert.Equal(
            ("finished", "784-30-10", 2, 6, 0.8, 0.9, 1, 10),
            ((string?)good["state"], (string?)good["network"], (int)good["epochs"]!, (int)good["totalEpochs"]!, (double)good["testAccuracy"]!, (double)good["bestTestAccuracy"]!, (int)good["bestEpoch"]!, (double)good["samplesPerSecond"]!));

        var table = _work.Run("runs").Ending(0);
        Assert.Contains("80.00 %", table.Output, StringComparison.Ordinal);
        Assert.Empty(table.Error);
        _work.Run("runs", "--filter", "nothing").Refusing(1, "none of the 3 runs", "--filter");
        _work.Run("runs", "--sort", "nothing").Refusing(2, "--sort is 'nothing'", "accuracy");
        _work.Run("runs", "nowhere").Refusing(1, "'nowhere' is no folder");
    }

    [Fact]
    public void A_run_that_a_process_holds_is_running_else_interrupted()
    {
        Make("runs/a", RecordText.Begun().Raw("{\"torn"));
        Assert.Equal("interrupted", State());
        using (new FileStream(_work.At("runs", "a", "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None))
        {
            Assert.Equal("running", State());
        }

        Assert.Contains("ends in the middle of line 3", _work.Run("runs").Ending(0).Error, StringComparison.Ordinal);

        string? State() => (string?)_work.Run("runs", "--json").Ending(0).Json["runs"]![0]!["state"];
    }

    [Fact]
    public void Runs_side_by_side_show_where_their_jobs_differ_and_nothing_else()
    {
        Make("a", RecordText.Begun(new JobSpec { Epochs = 6, BatchSize = 10 }).Epoch(2, 1, 0.5).Epoch(3, 2, 0.9), new JobSpec { Epochs = 6, BatchSize = 10 });
        Make("b", RecordText.Begun().Epoch(2, 1, 0.7), new JobSpec { Epochs = 6, BatchSize = 32 });
        var text = _work.Run("runs", "a", "b").Ending(0).Output;
        Assert.Matches(@"batchSize\s+10\s+32", text);
        Assert.Matches("▁█", text);
        Assert.DoesNotContain("seed", text, StringComparison.Ordinal);
        var json = _work.Run("runs", "a", "b", "--json").Ending(0).Json;
        Assert.Equal("""{"batchSize":["10","32"]}""", json["differences"]!.ToJsonString());
        Assert.Equal([0.5, 0.9], json["curves"]![0]!.AsArray().Select(epoch => (double)epoch!["testAccuracy"]!));
        Assert.Contains("the same job", _work.Run("runs", "a", "a").Ending(0).Output, StringComparison.Ordinal);
    }

    private List<string> Names(params string[] arguments) =>
        [.. _work.Run(["runs", .. arguments, "--json"]).Ending(0).Json["runs"]!.AsArray().Select(run => Path.GetFileName((string)run!["run"]!))];

    private void Make(string folder, RecordText record, JobSpec? job = null)
    {
        Directory.CreateDirectory(_work.At(folder));
        File.WriteAllText(_work.At(folder, "job.json"), (job ?? new JobSpec { Epochs = 6 }).ToJson());
        record.Write(_work.At(folder, "record.jsonl"));
    }
}
