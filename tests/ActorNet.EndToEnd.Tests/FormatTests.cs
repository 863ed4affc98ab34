using System.Globalization;
using ActorNet.Core.Data;
using ActorNet.EndToEnd.Tests.Support;
using Microsoft.ML.OnnxRuntime;

namespace ActorNet.EndToEnd.Tests;

public sealed class FormatTests : IDisposable
{
    private static readonly string[] _kinds = ["zebra", "ape", "yak"];

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Csv_of_pictures_trains_to_the_bits_of_the_pictures_on_any_workers()
    {
        TinyDigits.Write(_work);
        var set = (ImageDataSet)DataSets.Open(_work.At("tiny")).Training;
        _work.Write("tiny.csv", string.Concat(Enumerable.Range(0, set.Count).Select(i => $"{set.Label(i)},{string.Join(',', set.Pixels(i).ToArray())}\n")));
        string[] job = ["--hidden", "12", "--epochs", "2", "--json", "--quiet"];
        var pictures = _work.Run(["train", "--data", "tiny", "--out", "r1", .. job]).Ending(0).Json;
        var csv = _work.Run(["train", "--data", "tiny.csv", "--label", "1", "--scale", "255", "--out", "r2", "--workers", "3", "--servers", "2", .. job]).Ending(0).Json;
        Assert.Equal((string)pictures["weightsSha256"]!, (string)csv["weightsSha256"]!);
    }

    [Fact]
    public void What_was_said_once_goes_with_the_model_through_shards_too()
    {
        WriteKinds("set/train.csv", 300, seed: 1);
        WriteKinds("set/test.csv", 60, seed: 2);
        _work.Run("data", "shard", "--data", "set", "--label", "kind", "--ignore", "id", "--scale", "10", "--out", "shards").Ending(0);
        Assert.Empty(Directory.GetFiles(_work.Folder, "*.part*"));
        _work.Run("train", "--data", "shards", "--hidden", "8", "--epochs", "30", "--out", "run", "--quiet").Ending(0);
        Assert.Contains("zebra", _work.Run("evaluate", "run").Ending(0).Output, StringComparison.Ordinal);
        Assert.Equal(_kinds.Order(), _work.Run("inspect", "run", "--json").Ending(0).Json["outputs"]!.AsArray().Select(name => (string)name!));
        _work.Run("export", "run", "--out", "kinds.onnx").Ending(0);
        using (var session = new InferenceSession(_work.At("kinds.onnx")))
        {
            Assert.Equal("""["ape","yak","zebra"]""", session.ModelMetadata.CustomMetadataMap["actornet.outputs"]);
        }

        Assert.True((double)_work.Run("evaluate", "run", "--data", "set/test.csv", "--json").Ending(0).Json["accuracy"]! > 0.9);

        // Other columns, in another order, and no label.
        var rows = File.ReadAllLines(_work.At("set", "test.csv")).Select(row => row.Split(',')).ToArray();
        _work.Write("new.csv", string.Concat(rows.Select(row => $"{row[2]};{row[1]};more{row[0]}\n")));
        _work.Run("predict", "run", "--data", "new.csv", "--out", "answers.csv").Ending(0);
        var answers = File.ReadAllLines(_work.At("answers.csv"));
        Assert.Equal("sample,prediction,p_ape,p_yak,p_zebra", answers[0]);
        Assert.Equal(rows.Length, answers.Length);
        var right = rows.Skip(1).Zip(answers.Skip(1)).Count(pair => pair.First[3] == pair.Second.Split(',')[1]);
        Assert.True(right > 54, $"{right} of 60 right");
        var stdout = _work.Run("predict", "run", "--data", "set/test.csv", "--out", "-").Ending(0);
        Assert.Equal(answers, stdout.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
    }

    [Fact]
    public void Numbers_to_predict_have_errors_and_no_accuracy()
    {
        var random = new Random(3);
        foreach (var (part, count) in new[] { ("train", 1000), ("test", 200) })
        {
            Directory.CreateDirectory(_work.At("house"));
            _work.Write($"house/{part}.csv", "size,age,price,rent\n" + string.Concat(Enumerable.Range(0, count).Select(_ =>
            {
                var (size, age) = (random.NextSingle(), random.NextSingle());
                return string.Create(CultureInfo.InvariantCulture, $"{size},{age},{2 * size - age},{size + age / 2}\n");
            })));
        }

        string[] train = ["train", "--data", "house", "--task", "regression", "--targets", "price,rent"];
        var result = _work.Run([.. train, "--hidden", "8", "--activation", "tanh", "--epochs", "20", "--out", "run", "--json", "--quiet"]).Ending(0).Json;
        Assert.Null(result["testAccuracy"]);
        Assert.DoesNotContain("ccuracy\":0", File.ReadAllText(_work.At("run", "record.jsonl")).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        var root = (double)result["testRmse"]!;
        Assert.InRange(root, 0.0001, 0.1);
        var outputs = _work.Run("evaluate", "run", "--json").Ending(0).Json["outputs"]!.AsArray();
        Assert.Equal(["price", "rent"], outputs.Select(output => (string)output!["name"]!));
        Assert.All(outputs, output => Assert.True((double)output!["rSquared"]! > 0.95));
        Assert.Equal(root, Math.Sqrt(outputs.Average(output => Math.Pow((double)output!["rootMeanSquaredError"]!, 2))), 1e-6);
        Assert.StartsWith("sample,price,rent", _work.Run("predict", "run", "--out", "-").Ending(0).Output, StringComparison.Ordinal);
        _work.Run([.. train, "--target-accuracy", "0.9"]).Refusing(2, "target accuracy", "numbers to predict");
    }

    [Fact]
    public void Wrong_input_is_one_line_and_leaves_nothing()
    {
        WriteKinds("good.csv", 60, seed: 1);
        _work.Run("train", "--data", "good.csv", "--label", "kind", "--ignore", "id", "--epochs", "1", "--out", "run", "--quiet").Ending(0);
        _work.Write("bad.csv", File.ReadAllText(_work.At("good.csv")) + "61,1,abc,ape\n");
        _work.Run("data", "info", "--data", "bad.csv", "--label", "kind").Refusing(1, "bad.csv, row 62, column 'b': 'abc' is no number");
        _work.Run("data", "shard", "--data", "bad.csv", "--label", "kind", "--out", "shards").Refusing(1, "bad.csv, row 62");
        _work.Run("predict", "run", "--data", "bad.csv", "--out", "answers.csv").Refusing(1, "bad.csv, row 62, column 'b'");
        _work.Run("evaluate", "run", "--data", "good.csv", "--label", "kin").Refusing(1, "no column 'kin'", "did you mean 'kind'?");
        _work.Run("data", "info", "--data", "good.csv", "--task", "regresion").Refusing(2, "--task", "did you mean 'regression'?");
        _work.Run("train", "--label", "kind").Refusing(2, "--label is for CSV");
        _work.Run("predict", "run").Refusing(2, "--out FILE.csv");
        Assert.Equal(["bad.csv", "good.csv"], Directory.GetFiles(_work.Folder).Select(Path.GetFileName).Order());
        Assert.Equal(["run"], Directory.GetDirectories(_work.Folder).Select(Path.GetFileName));
    }

    /// <summary>Animals around centres of their own.</summary>
    private void WriteKinds(string name, int count, int seed)
    {
        var random = new Random(seed);
        Directory.CreateDirectory(Path.GetDirectoryName(_work.At(name))!);
        _work.Write(name, "id,a,b,kind\n" + string.Concat(Enumerable.Range(0, count).Select(i => string.Create(
            CultureInfo.InvariantCulture, $"{i + 1},{10 * (i % 3) + 4 * random.NextSingle()},{10 * (i % 2 + random.NextSingle() / 5)},{_kinds[i % 3]}\n"))));
    }
}
