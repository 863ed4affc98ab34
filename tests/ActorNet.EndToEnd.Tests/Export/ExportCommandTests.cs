using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Export;

/// <summary>actornet export, and inspect of what it was given.</summary>
public sealed class ExportCommandTests(ExportCommandTests.TrainedRun trained) : IClassFixture<ExportCommandTests.TrainedRun>
{
    private const string Python = "/usr/bin/python3";

    private readonly Workspace _work = trained.Work;

    [Fact]
    public void Every_format_is_written_and_safetensors_come_back_with_the_same_weights()
    {
        var weights = Weights("run");
        foreach (var name in (string[])["new/folder/model.onnx", "model.safetensors", "model.npz"])
        {
            Assert.Contains(weights, _work.Run("export", "run", "--out", name).Ending(0).Output, StringComparison.Ordinal);
            Assert.True(File.Exists(_work.At(name)), name);
        }

        Assert.Equal(weights, Weights("model.safetensors"));
        _work.Run("export", "model.safetensors", "--out", "again", "--format", "npz").Ending(0);
        Assert.Equal(File.ReadAllBytes(_work.At("model.npz")), File.ReadAllBytes(_work.At("again")));
    }

    [SkippableFact]
    public void NumPy_opens_the_archive()
    {
        Skip.IfNot(File.Exists(Python) && _work.RunOther(Python, "-c", "import numpy").ExitCode == 0, "there is no Python with NumPy here");
        _work.Run("export", "run", "--out", "model.npz").Ending(0);
        const string script =
            """
            import numpy, hashlib
            tensors = numpy.load("model.npz")
            print([(name, tensors[name].shape) for name in tensors.files][:2])
            print(hashlib.sha256(b"".join(tensors[name].astype("<f4").tobytes() for name in tensors.files)).hexdigest())
            """;
        var lines = _work.RunOther(Python, "-c", script).Ending(0).Output.Split('\n');
        Assert.Equal("[('layer1.weights', (9, 3)), ('layer1.biases', (3,))]", lines[0]);
        Assert.Equal(Weights("run"), lines[1]);
    }

    [Fact]
    public void What_cannot_be_written_is_said_and_nothing_is_there()
    {
        _work.Run("export", "run").Refusing(2, "--out");
        _work.Run("export", "run", "--out", "refused.pt").Refusing(2, "'refused.pt'", ".onnx", "--format");
        _work.Run("export", "run", "--out", "refused.onnx", "--format", "onx").Refusing(2, "--format is 'onx'", "safetensors");
        _work.Run("export", "nowhere", "--out", "refused.onnx").Refusing(1, "'nowhere'");
        Directory.CreateDirectory(_work.At("folder.onnx"));
        _work.Run("export", "run", "--out", "folder.onnx").Refusing(1, "'folder.onnx' cannot be written");
        Assert.Empty(Directory.GetFiles(_work.Folder, "*.part").Concat(Directory.GetFiles(_work.Folder, "refused.*")));
    }

    [Fact]
    public void Inspect_shows_layers_and_tensors_in_text_and_JSON()
    {
        var text = _work.Run("inspect", "run").Ending(0).Output;
        Assert.Matches(@"1 conv +6x6x3 +30 +sigmoid +window 3", text);
        Assert.Matches(@"2 pool +3x3x3 +0 +identity +window 2", text);
        Assert.Matches(@"layer3\.weights +27x12 ", text);

        var json = _work.Run("inspect", "run", "--json").Ending(0).Json;
        Assert.Equal("8x8-conv3x3-pool2-12-10", (string?)json["network"]);
        Assert.Equal(4, json["layers"]!.AsArray().Count);
        Assert.Equal("6x6x3", (string?)json["layers"]![0]!["outputShape"]);
        Assert.Equal((int)json["parameters"]!, json["layers"]!.AsArray().Sum(layer => (int)layer!["parameters"]!));
        Assert.Equal("classification", (string?)json["task"]);
        Assert.Matches("^[0-9a-f]{64}$", (string?)json["jobHash"]);
        Assert.True((double)json["tensors"]![0]!["least"]! < (double)json["tensors"]![0]!["most"]!);
    }

    /// <summary>A small run that all tests here export.</summary>
    public sealed class TrainedRun : IDisposable
    {
        public TrainedRun()
        {
            TinyDigits.Write(Work);
            Work.Run("train", "--data", "tiny", "--input-shape", "8x8", "--hidden", "conv3x3,pool2,12", "--epochs", "1", "--out", "run", "--http", "off").Ending(0);
        }

        public Workspace Work { get; } = new();

        public void Dispose() => Work.Dispose();
    }

    private string Weights(string model) => (string)_work.Run("inspect", model, "--json").Ending(0).Json["weightsSha256"]!;
}
