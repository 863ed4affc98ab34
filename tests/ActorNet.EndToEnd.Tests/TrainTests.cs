using System.Text.Json.Nodes;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

public sealed class TrainTests : IDisposable
{
    private readonly Workspace _work = new();

    public TrainTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void A_trained_network_can_be_evaluated_inspected_and_asked()
    {
        var trained = _work.Run("train", "--data", "tiny", "--epochs", "4", "--out", "run").Ending(0);
        Assert.Contains("64-30-10", trained.Output, StringComparison.Ordinal);
        Assert.Contains("SHA-256", trained.Output, StringComparison.Ordinal);
        Assert.All(trained.Output.Split('\n'), line => Assert.InRange(line.Length, 0, 79));
        Assert.True(File.Exists(_work.At("run", "model.safetensors")));

        var evaluation = _work.Run("evaluate", "run", "--json").Ending(0).Json;
        Assert.InRange((double)evaluation["accuracy"]!, 0.9, 1);
        Assert.Equal(100, evaluation["confusion"]!.AsArray().Sum(row => row!.AsArray().Sum(cell => (int)cell!)));
        Assert.Contains("precision", _work.Run("evaluate", "run/model.safetensors", "--data", "tiny").Ending(0).Output, StringComparison.Ordinal);

        var prediction = _work.Run("predict", "run", "3").Ending(0).Output;
        Assert.Contains("answer: 3 (right)", prediction, StringComparison.Ordinal);
        Assert.Contains("▓", prediction, StringComparison.Ordinal);
        Assert.Contains("64x30", _work.Run("inspect", "run").Ending(0).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void An_image_file_is_read_like_the_test_sample_that_it_shows()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "2", "--out", "run").Ending(0);
        var images = File.ReadAllBytes(_work.At("tiny", "t10k-images-idx3-ubyte"))[16..];
        File.WriteAllBytes(_work.At("digit.pgm"), [.. "P5 8 8 255\n"u8, .. images.AsSpan(5 * 64, 64)]);
        _work.Write("digit-text.pgm", $"P2\n# a comment\n8 8 255\n{string.Join(' ', images.Skip(5 * 64).Take(64))}\n");

        var expected = Outputs("5");
        Assert.Equal(expected, Outputs("digit.pgm"));
        Assert.Equal(expected, Outputs("digit-text.pgm"));

        string Outputs(string what) => _work.Run("predict", "run", what, "--json").Ending(0).Json["outputs"]!.ToJsonString();
    }

    [Fact]
    public void Json_is_one_object_with_all_fields_and_the_rest_is_on_stderr()
    {
        var trained = _work.Run("train", "--data", "tiny", "--epochs", "3", "--json", "--out", "run").Ending(0);
        var json = trained.Json;
        Assert.Equal(1, (int)json["schema"]!);
        Assert.Matches("^[0-9a-f]{64}$", (string)json["weightsSha256"]!);
        Assert.Matches("^[0-9a-f]{64}$", (string)json["jobHash"]!);
        Assert.Equal(3, (int)json["epochs"]!);
        Assert.Equal(120, (long)json["steps"]!);
        Assert.Equal(1200, (long)json["samples"]!);
        Assert.Equal("run", (string)json["run"]!);
        Assert.Equal(8, (int)json["slices"]!);
        Assert.InRange((int)json["bestEpoch"]!, 1, 3);
        Assert.InRange((double)json["testAccuracy"]!, 0, (double)json["bestTestAccuracy"]!);
        foreach (var positive in (string[])["trainCost", "seconds", "samplesPerSecond", "workers", "peakMemoryBytes"])
        {
            Assert.True((double)json[positive]! > 0, $"{positive} is {json[positive]}");
        }

        Assert.True((bool)json["ledger"]!["exact"]!);
        Assert.Equal(400, (int)json["ledger"]!["samplesPerEpoch"]!);
        Assert.Contains("64-30-10", trained.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Off_a_terminal_there_is_no_escape_code_and_quiet_is_silent()
    {
        var plain = _work.Run("train", "--data", "tiny", "--epochs", "1").Ending(0);
        Assert.DoesNotContain('\e', plain.Output + plain.Error);
        Assert.DoesNotContain('\r', plain.Output + plain.Error);
        var quiet = _work.Run("train", "--data", "tiny", "--epochs", "1", "--quiet").Ending(0);
        Assert.Equal("", quiet.Output + quiet.Error);
    }

    [Fact]
    public void A_printed_job_trains_to_the_same_hash_and_weights()
    {
        string[] flags = ["--data", "tiny", "--epochs", "2", "--hidden", "12,7", "--activation", "tanh", "--optimizer", "adam", "--cost", "cross-entropy",
            "--validation", "50", "--l2", "0.5", "--lr-schedule", "cosine", "--warmup-steps", "5", "--seed", "7", "--batch-size", "9"];
        _work.Write("job.json", _work.Run(["train", .. flags, "--print-job"]).Ending(0).Output);
        var fromFlags = _work.Run(["train", .. flags, "--json"]).Ending(0).Json;
        var fromFile = _work.Run("train", "--job", "job.json", "--json").Ending(0).Json;
        Assert.Equal((string?)fromFlags["jobHash"], (string?)fromFile["jobHash"]);
        Assert.Equal((string?)fromFlags["weightsSha256"], (string?)fromFile["weightsSha256"]);
        Assert.NotEqual((string?)fromFlags["run"], (string?)fromFile["run"]);
        if (!OperatingSystem.IsWindows())
        {
            var printed = _work.RunOther("sh", "-c", $"{Workspace.ShellCommand} train --job - --print-job <job.json").Ending(0);
            Assert.Equal(File.ReadAllText(_work.At("job.json")), printed.Output);
        }
    }

    [Fact]
    public void The_flag_wins_then_the_environment_then_the_job_file_then_the_default()
    {
        _work.Write("job.json", """{ "batchSize": 20, "epochs": 5, "seed": 3 }""");
        _work.Environment["ACTORNET_DATA"] = "tiny";
        _work.Environment["ACTORNET_EPOCHS"] = "6";
        _work.Environment["ACTORNET_SEED"] = "4";
        var job = _work.Run("train", "--job", "job.json", "--seed", "9", "--print-job").Ending(0).Json;
        Assert.Equal("tiny", (string?)job["data"]!["name"]);
        Assert.Equal(9, (int)job["seed"]!);
        Assert.Equal(6, (int)job["epochs"]!);
        Assert.Equal(20, (int)job["batchSize"]!);
        Assert.Equal("normal-scaled", (string?)job["model"]!["initialiser"]);
    }

    [Fact]
    public void A_preset_is_a_job_that_flags_change()
    {
        var job = _work.Run("train", "--preset", "deep", "--data", "tiny", "--validation", "100", "--epochs", "3", "--print-job").Ending(0).Json;
        Assert.Equal("64-100-10", $"{job["model"]!["inputs"]}-{job["model"]!["layers"]![0]!["size"]}-{job["model"]!["layers"]![1]!["size"]}");
        Assert.Equal("cross-entropy", (string?)job["cost"]);
        Assert.Equal(0.1, (double)job["learningRate"]!["rate"]!);
        Assert.Equal(5, (double)job["l2"]!);
        Assert.Equal(3, (int)job["epochs"]!);
        Assert.Equal(100, (int)job["data"]!["validation"]!);
        var book = _work.Run("train", "--preset", "book", "--data", "tiny", "--validation", "0", "--print-job").Ending(0).Json;
        Assert.Equal("normal", (string?)book["model"]!["initialiser"]);
        Assert.Equal(3, (double)book["learningRate"]!["rate"]!);
    }

    [Fact]
    public void A_model_is_judged_by_the_data_where_its_run_found_it()
    {
        _work.Run("train", "--data", "mnist", "--data-dir", "tiny", "--epochs", "1", "--out", "run").Ending(0);
        _work.Run("evaluate", "run").Ending(0);
        _work.Run("evaluate", "run", "--data", "mnist").Ending(0);
    }

    [Fact]
    public void Workers_and_servers_change_no_bit()
    {
        var hashes = ((string[][])[["1", "1"], ["2", "1"], ["3", "3"]])
            .Select(counts => _work.Run("train", "--data", "tiny", "--epochs", "2", "--json", "--workers", counts[0], "--servers", counts[1]).Ending(0).Json)
            .Select(json => (string?)json["weightsSha256"]);
        Assert.Single(hashes.Distinct());
    }

    [Fact]
    public void A_target_ends_the_run_early_or_is_reported_missed()
    {
        var reached = _work.Run("train", "--data", "tiny", "--target-accuracy", "0.2", "--json").Ending(0).Json;
        Assert.Equal("target-reached", (string?)reached["reason"]);
        Assert.InRange((int)reached["epochs"]!, 1, 29);
        var missed = _work.Run("train", "--data", "tiny", "--epochs", "1", "--learning-rate", "1e-6", "--target-accuracy", "0.99", "--json").Ending(4);
        Assert.Contains("target accuracy 99.00 % was missed", missed.Error, StringComparison.Ordinal);
        Assert.Equal("finished", (string?)missed.Json["reason"]);
    }

    [Fact]
    public void A_run_ends_when_no_epoch_is_better_for_as_long_as_patience_lasts()
    {
        string[] flags =
        [
            "train", "--data", "tiny", "--validation", "20", "--patience", "2", "--epochs", "30", "--learning-rate", "1e-9", "--out", "run",
            "--resume-if-there",
        ];
        var trained = _work.Run(flags).Ending(0);
        Assert.Contains("no better on the held-out part for 2 epochs", trained.Output, StringComparison.Ordinal);
        var end = JsonNode.Parse(File.ReadAllLines(_work.At("run", "record.jsonl"))[^1])!;
        Assert.Equal(("finished", "no-improvement", 3), ((string?)end["event"], (string?)end["reason"], (int)end["epochs"]!));

        // The same command again finds a run that has ended, and begins no other.
        var again = _work.Run([.. flags, "--json"]).Ending(0).Json;
        Assert.Equal(("no-improvement", (string?)end["weightsSha256"]), ((string?)again["reason"], (string?)again["weightsSha256"]));
    }

    [Fact]
    public void All_that_regularises_can_be_said_and_goes_on_after_a_resume()
    {
        string[] flags =
        [
            "train", "--data", "tiny", "--epochs", "1", "--out", "run", "--resume-if-there", "--json", "--optimizer", "adamw", "--weight-decay", "0.1", "--l1", "0.1",
            "--label-smoothing", "0.1", "--class-weights", "balanced", "--augment", "shift:1.5,rotate:10", "--expand", "shift",
        ];
        var result = _work.Run(flags).Ending(0).Json;
        var job = JsonNode.Parse(File.ReadAllText(_work.At("run", "job.json")))!;
        Assert.Equal(10, job["classWeights"]!.AsArray().Count);
        Assert.Equal("""{"shift":1.5,"rotate":10}""", job["augmentation"]!.ToJsonString());
        Assert.Equal((int)result["samples"]!, (int)result["ledger"]!["samplesPerEpoch"]!);
        var again = _work.Run(flags).Ending(0);
        Assert.Equal((string?)result["weightsSha256"], (string?)again.Json["weightsSha256"]);
        _work.Run([.. flags[..^2], "--expand", "turn"]).Ending(2);
    }

    [Theory]
    [InlineData("patience is 2, and no samples are held out to judge the epochs by: add --validation N", "--patience", "2")]
    [InlineData("--augment is 'shift=2': give pixels and degrees, as in shift:2,rotate:10", "--augment", "shift=2")]
    [InlineData("--augment is 'shift:2,shift:3': give pixels and degrees", "--augment", "shift:2,shift:3")]
    [InlineData("augmentation moves nothing", "--augment", "shift:0")]
    [InlineData("--class-weights is '1,x': give balanced, or weights as in 1,2,0.5", "--class-weights", "1,x")]
    [InlineData("label smoothing is 1: it must be 0 or more and under 1", "--label-smoothing", "1")]
    [InlineData("expand is 'turn': this version knows shift alone", "--expand", "turn")]
    public void What_cannot_be_is_refused_as_usage(string message, params string[] flags) =>
        Assert.Contains(message, _work.Run(["train", "--data", "tiny", .. flags]).Ending(2).Error, StringComparison.Ordinal);

    [Fact]
    public void The_record_tells_the_run_line_by_line()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "2", "--out", "run").Ending(0);
        var lines = File.ReadAllLines(_work.At("run", "record.jsonl")).Select(line => JsonNode.Parse(line)!.AsObject()).ToList();
        Assert.All(lines, line => Assert.Equal(1, (int)line["schema"]!));
        Assert.All(lines, line => Assert.Equal(DateTimeKind.Utc, ((DateTime)line["time"]!).Kind));
        var events = lines.Select(line => (string)line["event"]!).Where(name => name is not ("progress" or "status")).ToList();
        Assert.Equal(["run", "started"], events[..2]);
        Assert.Equal(2, events.Count(name => name == "epoch"));
        Assert.Equal("finished", events[^1]);
        Assert.Equal(800, lines[^1]["contributions"]!.AsArray().Sum(worker => (long)worker!["samples"]!));
    }

    [Fact]
    public void Training_starts_from_a_model_that_is_named()
    {
        var first = _work.Run("train", "--data", "tiny", "--epochs", "2", "--hidden", "5", "--out", "first", "--json").Ending(0).Json;
        var second = _work.Run("train", "--data", "tiny", "--epochs", "1", "--from", "first", "--out", "second", "--json").Ending(0).Json;
        Assert.True((double)second["trainCost"]! < (double)first["trainCost"]!);
        var job = JsonNode.Parse(File.ReadAllText(_work.At("second", "job.json")))!;
        Assert.Equal((string?)first["weightsSha256"], (string?)job["startWeights"]);
        Assert.Equal((string?)first["jobHash"], (string?)job["parent"]);

        var again = _work.Run("train", "--job", "second/job.json", "--from", "first/model.safetensors", "--json").Ending(0).Json;
        Assert.Equal((string?)second["weightsSha256"], (string?)again["weightsSha256"]);
        _work.Run("train", "--job", "second/job.json").Refusing(2, "--from");
        _work.Run("train", "--data", "tiny", "--from", "first", "--hidden", "6").Refusing(2, "--hidden", "--from");
    }

    [SkippableFact]
    public void A_terminal_gets_a_progress_line_and_with_NO_COLOR_no_colours()
    {
        Skip.IfNot(OperatingSystem.IsLinux() && File.Exists("/usr/bin/script"), "needs script(1)");
        _work.Environment["TERM"] = "xterm";
        var command = $"stty cols 40; {Workspace.ShellCommand} train --data tiny --epochs 40";
        var coloured = _work.RunOther("script", "-qec", command, "/dev/null").Ending(0).Output;
        Assert.Contains("\r\e[2Kepoch ", coloured, StringComparison.Ordinal);
        Assert.Contains("\e[32m", coloured, StringComparison.Ordinal);
        Assert.EndsWith("h", coloured[..(coloured.LastIndexOf("\e[?25h", StringComparison.Ordinal) + 6)], StringComparison.Ordinal);
        _work.Environment["NO_COLOR"] = "1";
        var colourless = _work.RunOther("script", "-qec", command, "/dev/null").Ending(0).Output;
        Assert.Contains("\r\e[2Kepoch ", colourless, StringComparison.Ordinal);
        Assert.DoesNotMatch("\e\\[[0-9;]*m", colourless);
        var inspection = _work.RunOther("script", "-qec", $"stty cols 40; {Workspace.ShellCommand} inspect $(ls -d runs/* | head -1)", "/dev/null").Ending(0).Output;
        Assert.Contains("layer2.weights", inspection, StringComparison.Ordinal);
    }
}
