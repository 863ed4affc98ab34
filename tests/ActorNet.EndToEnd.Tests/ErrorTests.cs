using System.Buffers.Binary;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Each error is one line that says what, where and what to do, with its exit code and no stack trace.</summary>
public sealed class ErrorTests : IDisposable
{
    private const string TrainImages = "train-images-idx3-ubyte";
    private const string TrainLabels = "train-labels-idx1-ubyte";

    private readonly Workspace _work = new();

    public ErrorTests() => TinyDigits.Write(_work, training: 50, test: 20);

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("--batchsize 5", "unknown flag '--batchsize'", "'--batch-size'")]
    [InlineData("--epochs x", "--epochs is 'x'", "whole number")]
    [InlineData("--epochs", "--epochs")]
    [InlineData("--batch-size 0", "batch size is 0", "1 or more")]
    [InlineData("--slices 11", "slices is 11", "batch size 10")]
    [InlineData("--learning-rate NaN", "learningRate is NaN")]
    [InlineData("--activation sigmod", "'sigmod'", "'sigmoid'")]
    [InlineData("--output-activation sofmax", "'sofmax'", "'softmax'")]
    [InlineData("--cost quadratik", "'quadratik'", "'quadratic'")]
    [InlineData("--init glorott", "'glorott'", "'glorot'")]
    [InlineData("--optimizer adm", "'adm'", "adam")]
    [InlineData("--lr-schedule cosin", "'cosin'", "cosine")]
    [InlineData("--mode asynchronous", "'asynchronous'", "sync", "local:8", "ssp:4")]
    [InlineData("--mode ssp:x", "'ssp:x'", "0 or more")]
    [InlineData("--mode async --clip-norm 1", "clip norm is 1", "async")]
    [InlineData("--mode local:0", "'local:0'", "1 or more")]
    [InlineData("--outer-momentum 0.9", "outer", "the mode is sync", "local:8")]
    [InlineData("--mode local:8 --outer-momentum 1", "outer momentum is 1", "under 1")]
    [InlineData("--mode local:8 --outer-learning-rate 0", "outer learning rate is 0", "above 0")]
    [InlineData("--hidden 0", "--hidden is '0'")]
    [InlineData("--hidden 10,x", "--hidden is '10,x'")]
    [InlineData("--hidden 40000000", "3,000,000,010 parameters", "smaller layers")]
    [InlineData("--preset bok", "'bok'", "'book'")]
    [InlineData("--workers 0", "--workers is '0'", "1 or more")]
    [InlineData("--target-accuracy 95", "target accuracy is 95", "between 0 and 1")]
    [InlineData("--cost cross-entropy --output-activation identity", "cross-entropy", "sigmoid or softmax")]
    [InlineData("surplus", "'surplus'", "actornet train")]
    public void What_makes_no_sense_is_refused_as_usage(string flags, params string[] words) =>
        _work.Run(["train", "--data", "tiny", .. flags.Split(' ')]).Refusing(2, words);

    [Theory]
    [InlineData("trian", "'trian'", "'train'")]
    [InlineData("data inf", "'inf'", "'info'")]
    [InlineData("evaluate", "MODEL")]
    [InlineData("evaluate --foo", "'--foo'")]
    [InlineData("completions bsh", "'bsh'", "'bash'")]
    [InlineData("data preview", "--out")]
    [InlineData("data preview --out sheet.png --rows 1000000", "--rows 1000000")]
    [InlineData("--epochs 3", "--epochs is a flag of 'actornet train'")]
    [InlineData("simulate --compute 1 --server-rates 1,1 --mode bogus", "'bogus'", "sync")]
    [InlineData("simulate --copy measured --slices 1000000000", "slices is 1000000000", "1048576")]
    [InlineData("simulate --copy measured --samples-per-slice 2000000000", "2000000000 samples", "at most")]
    [InlineData("simulate --compute 1 --server-rates 1,1 --link 1e400Gbit", "1e400Gbit", "10Gbit")]
    [InlineData("simulate --compute 1 --server-rates 1,1 --colocated --servers 8 --workers 2", "8 servers", "2 workers")]
    [InlineData("train --data tiny --mode ssp:1 --replicas 1 --listen 127.0.0.1:0 --out refused", "replicas is 1", "ssp:1", "local:H")]
    public void Commands_are_checked_too(string command, params string[] words) => _work.Run(command.Split(' ')).Refusing(2, words);

    [Theory]
    [InlineData("--data")]
    [InlineData("--out")]
    [InlineData("--job")]
    [InlineData("--from")]
    [InlineData("--resume")]
    public void An_empty_value_is_refused(string flag) => _work.Run("train", flag, "").Refusing(2, $"{flag} is empty");

    [Fact]
    public void A_setting_without_effect_is_said()
    {
        string[] flags = ["train", "--data", "tiny", "--optimizer", "nesterov", "--momentum", "0.5", "--beta1", "0.5", "--lr-step-epochs", "3", "--print-job"];
        var warnings = _work.Run(flags).Ending(0).Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, warnings.Length);
        Assert.StartsWith("warning: --beta1 has no effect", warnings[0], StringComparison.Ordinal);
        Assert.StartsWith("warning: --lr-step-epochs has no effect", warnings[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_environment_variable_is_named()
    {
        _work.Environment["ACTORNET_BATCH_SIZE"] = "many";
        _work.Run("train", "--data", "tiny").Refusing(2, "ACTORNET_BATCH_SIZE is 'many'");
        _work.Environment.Remove("ACTORNET_BATCH_SIZE");
        _work.Environment["ACTORNET_JSON"] = "maybe";
        _work.Run("train", "--data", "tiny").Refusing(2, "ACTORNET_JSON is 'maybe'");
    }

    [Theory]
    [InlineData("""{ "batchsize": 5 }""", 2, "'batchsize'", "'batchSize'")]
    [InlineData("""{ "batchSize": "five" }""", 2, "batchSize")]
    [InlineData("""{ "epochs": null }""", 2, "epochs")]
    [InlineData("""{ "model": { "inputs": 64 } }""", 2, "layers")]
    [InlineData("not JSON", 2, "job.json")]
    [InlineData("""{ "model": { "inputs": 784, "layers": [{ "kind": "dense", "size": 10, "activation": "sigmoid" }] } }""", 1, "64 inputs", "784")]
    [InlineData("""{ "model": { "inputs": 64, "layers": [{ "kind": "dense", "size": 9, "activation": "sigmoid" }] } }""", 1, "10 targets", "gives 9")]
    public void A_job_file_is_checked(string json, int exitCode, params string[] words)
    {
        _work.Write("job.json", json);
        _work.Run("train", "--data", "tiny", "--job", "job.json").Refusing(exitCode, words);
    }

    [Fact]
    public void Data_that_is_not_there_is_named()
    {
        _work.Run("train", "--data", "nowhere").Refusing(1, "'nowhere'");
        _work.Run("train", "--data", "digitz").Refusing(1, "did you mean 'digits'");
        _work.Run("train", "--data", "mnist", "--data-dir", "nowhere").Refusing(1, "nowhere", "actornet data download");
        _work.Run("train", "--data", "tiny", "--job", "nowhere.json").Refusing(1, "nowhere.json");
        _work.Run("train", "--data", "tiny", "--validation", "50").Refusing(1, "50");
        File.Delete(_work.At("tiny", TrainLabels));
        _work.Run("train", "--data", "tiny").Refusing(1, "train-labels");
    }

    [Fact]
    public void Files_that_are_not_what_they_should_be_are_named()
    {
        File.WriteAllText(_work.At("tiny", TrainImages), "a text, not images at all");
        _work.Run("train", "--data", "tiny").Refusing(1, TrainImages, "not an IDX file");

        TinyDigits.Write(_work, training: 50, test: 20);
        TinyDigits.CompressCut(_work.At("tiny", TrainImages), 0.5);
        _work.Run("train", "--data", "tiny").Refusing(1, TrainImages);

        TinyDigits.Write(_work, training: 50, test: 20);
        ChangeLabels(labels => labels[^1] = 10);
        _work.Run("train", "--data", "tiny").Refusing(1, TrainLabels, "label 10", "index 49");

        TinyDigits.Write(_work, training: 50, test: 20);
        ChangeLabels(labels => BinaryPrimitives.WriteInt32BigEndian(labels.AsSpan(4), 49), length: 8 + 49);
        _work.Run("train", "--data", "tiny").Refusing(1, "50 images", "49 labels");
    }

    [Fact]
    public void Folders_that_cannot_be_written_are_named()
    {
        _work.Write("file", "");
        _work.Run("train", "--data", "tiny", "--out", "file").Refusing(1, "file", "--out");
        Directory.CreateDirectory(_work.At("run"));
        _work.Write("run/checkpoints", "");
        _work.Run("train", "--data", "tiny", "--out", "run").Refusing(1, "checkpoints", "cannot be written");
        if (OperatingSystem.IsLinux())
        {
            _work.Run("train", "--data", "tiny", "--out", "/proc/actornet").Refusing(1, "/proc/actornet");
        }
    }

    [Fact]
    public void A_run_that_another_process_trains_is_not_taken_and_a_lock_that_cannot_be_written_is_no_such_process()
    {
        _work.Run("train", "--data", "tiny", "--epochs", "1", "--out", "run").Ending(0);
        using (new FileStream(_work.At("run", "run.lock"), FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            _work.Run("train", "--resume", "run").Refusing(1, "run is in use", "another process");
        }

        File.Delete(_work.At("run", "run.lock"));
        Directory.CreateDirectory(_work.At("run", "run.lock"));
        _work.Run("train", "--resume", "run").Refusing(1, "run.lock", "cannot be written");
    }

    [SkippableFact]
    public void When_stdout_is_full_training_goes_on_and_what_only_prints_fails()
    {
        Skip.IfNot(File.Exists("/dev/full"), "needs /dev/full");
        _work.RunOther("sh", "-c", $"{Workspace.ShellCommand} train --data tiny --epochs 1 --out run >/dev/full")
            .Refusing(0, "stdout cannot be written", "goes on");
        Assert.True(File.Exists(_work.At("run", "model.safetensors")));
        _work.RunOther("sh", "-c", $"{Workspace.ShellCommand} inspect run >/dev/full").Refusing(1, "stdout cannot be written");
    }

    [Fact]
    public void A_cost_that_is_not_finite_ends_the_run()
    {
        var ended = _work.Run("train", "--data", "tiny", "--activation", "relu", "--output-activation", "identity", "--learning-rate", "1e30",
            "--out", "run");
        ended.Refusing(1, "cost", "step", "learning rate");
        Assert.Contains("\"event\":\"failed\"", File.ReadAllLines(_work.At("run", "record.jsonl"))[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Models_and_samples_that_are_not_there_are_named()
    {
        _work.Run("evaluate", "nowhere").Refusing(1, "'nowhere'");
        _work.Run("train", "--data", "tiny", "--epochs", "1", "--out", "run").Ending(0);
        _work.Run("predict", "run", "20").Refusing(2, "no sample 20", "0 to 19");
        _work.Run("predict", "run", "-1").Refusing(2, "no sample -1");
        _work.Run("predict", "run", "nowhere.png").Refusing(1, "nowhere.png");
        _work.Write("text.png", "not an image");
        _work.Run("predict", "run", "text.png").Refusing(1, "text.png", "not an image");
        _work.Write("cut.pgm", "P5 8 8 255\n123");
        _work.Run("predict", "run", "cut.pgm").Refusing(1, "cut.pgm", "damaged");
        _work.Run("train", "--resume", "nowhere").Refusing(1, "nowhere", "not a run");
        _work.Run("train", "--resume").Refusing(1, "no run");

        var model = File.ReadAllBytes(_work.At("run", "model.safetensors"));
        File.WriteAllBytes(_work.At("cut.safetensors"), model[..^100]);
        _work.Run("evaluate", "cut.safetensors", "--data", "tiny").Refusing(1, "cut.safetensors");
    }

    [Fact]
    public void The_stack_trace_is_there_for_those_who_ask()
    {
        _work.Environment["ACTORNET_DEBUG"] = "1";
        Assert.Contains("   at ActorNet.", _work.Run("evaluate", "nowhere").Ending(1).Error, StringComparison.Ordinal);
    }

    private void ChangeLabels(Action<byte[]> change, int? length = null)
    {
        var path = _work.At("tiny", TrainLabels);
        var labels = File.ReadAllBytes(path);
        change(labels);
        File.WriteAllBytes(path, labels[..(length ?? labels.Length)]);
    }
}
