using System.Text.Json;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.Fuzzing.Engine;

namespace ActorNet.Fuzzing.Targets;

/// <summary>Models and checkpoints.</summary>
internal static class CheckpointTargets
{
    private static readonly string[] _modelWords =
    [
        "\"__metadata__\":", "\"dtype\":", "\"F32\"", "\"shape\":", "\"data_offsets\":", "[0,4]", "layer1.weights", "layer1.biases", "actornet.model", "actornet.jobSpec", "actornet.task", "\\\"inputs\\\":", "\\\"layers\\\":", "\\\"kind\\\":", "\\\"size\\\":",
        "dense", "conv", "pool", "dropout", "elman", "lstm", "gru", "\\\"window\\\":", "\\\"inputShape\\\":", "\\\"rate\\\":", "sigmoid", "softmax", "normal-scaled",
    ];

    private static readonly string[] _jsonWords =
        ["\"schema\":", "\"version\":", "\"epoch\":", "\"history\":", "\"ledger\":", "\"slices\":", "\"files\":", "\"sha256\":", "\"bytes\":", "\"name\":", "\"score\":", "\"step\":", "\"rate\":", "{", "}", "[", "]", ",", "null", "\"NaN\""];

    /// <summary>A file of tensors.</summary>
    public static FuzzTarget Safetensors(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "tensors.safetensors");
        return new FuzzTarget(
            name,
            [
                Tensors([new NamedTensor("a", [2, 3], new float[6]), new NamedTensor("b", [], new float[1]), new NamedTensor("c", [0], Array.Empty<float>())], null),
                Tensors([new NamedTensor("w", [4], new float[4])], new Dictionary<string, string> { ["format"] = "pt" }),
                Tensors([], null),
            ],
            input =>
            {
                Scratch.Write(path, input);
                SafetensorsFile.Load(path);
            })
        {
            Words = _modelWords,
        };
    }

    /// <summary>A model: the header has the right length, and what it says is followed by zeros.</summary>
    public static FuzzTarget Models(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "model.safetensors");
        ModelSpec[] specs =
        [
            ModelSpec.Dense([4, 3, 2]),
            new ModelSpec(64, [new LayerSpec("conv", 2, "relu") { Window = 3 }, new LayerSpec("pool") { Window = 2 }, new LayerSpec("dropout") { Rate = 0.5 }, new LayerSpec("dense", 2, "softmax")]) { InputShape = [8, 8] },
            new ModelSpec(6, [new LayerSpec("lstm", 2, "tanh") { Sequence = true }, new LayerSpec("gru", 2, "tanh") { Masked = false }, new LayerSpec("dense", 1, "identity")]) { InputShape = [3, 2] },
        ];
        return new FuzzTarget(
            name,
            [.. specs.Select(spec => Saved(spec, path)), Saved(specs[0], path, new JobSpec { Model = specs[0] })],
            input =>
            {
                Scratch.Write(path, input);
                var model = Model.Load(path);
                _ = (model.OutputNames, model.WeightsSha256);
                if (model.Spec.Inputs <= 4096)
                {
                    model.Predict(new float[model.Spec.Inputs]);
                }
            })
        {
            Words = _modelWords,
        };
    }

    /// <summary>A checkpoint's manifest, as it comes and with its own hash made right.</summary>
    public static FuzzTarget Manifest(string name)
    {
        var folder = Scratch.Folder(name);
        var path = Path.Combine(folder, CheckpointManifest.FileName);
        var valid = CheckpointManifest.Serialize(Example(), [new ManifestFile("job.json", 4, new string('a', 64))]);
        return new FuzzTarget(name, [valid, [.. valid.SkipLast(9)]], input =>
        {
            Scratch.Write(path, Sealed(input));
            CheckpointManifest.Load(folder).VerifyFiles(folder);
        })
        {
            Words = _jsonWords,
        };
    }

    /// <summary>A checkpoint's record of progress, in a checkpoint that is whole.</summary>
    public static FuzzTarget Progress(string name)
    {
        var folder = Scratch.Folder(name);
        CheckpointFolder.Write(folder, Example(), null);
        var (path, manifest) = (Path.Combine(folder, "progress.json"), CheckpointManifest.Load(folder));
        return new FuzzTarget(
            name,
            [
                File.ReadAllBytes(path),
                JsonSerializer.SerializeToUtf8Bytes(
                    Example().Progress with { Epoch = 1, History = [new EpochResult(1, 0.5, 0.9, double.NaN, double.NaN, 0.8, 1.5) { ValidationCost = 0.3 }], Ledger = new EpochLedger(2, [new LedgerSlice(0, 5, ulong.MaxValue)]) },
                    CheckpointJson.Options),
            ],
            input =>
            {
                Scratch.Write(path, input);
                Scratch.Write(Path.Combine(folder, CheckpointManifest.FileName), CheckpointManifest.Serialize(Example(), [.. manifest.Files.Select(file => file.Name == "progress.json" ? Listed(file.Name, input) : file)]));
                var checkpoint = CheckpointFolder.Load(folder);
                _ = checkpoint.Score;
                Model.FromCheckpoint(checkpoint, folder);
            })
        {
            Words = _jsonWords,
        };
    }

    /// <summary>The log of commands beside the checkpoints, and the number of the last reign.</summary>
    public static FuzzTarget Commands(string name)
    {
        var folder = Scratch.Folder(name);
        var (log, reign) = (Path.Combine(folder, "commands.jsonl"), Path.Combine(folder, "incarnation"));
        CommandLog.Append(folder, new RateChange(100, 0.5), "somebody", DateTime.UnixEpoch);
        CommandLog.Append(folder, new RateChange(200, 1e-3), "", DateTime.UnixEpoch);
        return new FuzzTarget(name, [File.ReadAllBytes(log), "7"u8.ToArray()], input =>
        {
            Scratch.Write(log, input);
            CommandLog.Read(folder);
            if (input.Length < 20)
            {
                // Each writes a file and waits for the disk.
                Scratch.Write(reign, input);
                CheckpointStore.TakeIncarnation(folder, above: 3);
            }
        })
        {
            Words = _jsonWords,
        };
    }

    /// <summary>The manifest with the hash that it should have; as it is where it is no manifest.</summary>
    private static byte[] Sealed(byte[] input)
    {
        if (!IsJson(input))
        {
            return input;
        }

        try
        {
            return JsonSerializer.Deserialize<CheckpointManifest>(input, CheckpointJson.Options) is { } manifest
                ? JsonSerializer.SerializeToUtf8Bytes(manifest with { Sha256 = manifest.Seal() }, CheckpointJson.Options)
                : input;
        }
        catch (JsonException)
        {
            return input;
        }
    }

    /// <summary>Whether it is worth a serializer's errors, which quote a megabyte several times over: the decoder's own are to be counted, not ours.</summary>
    private static bool IsJson(byte[] input)
    {
        try
        {
            var reader = new Utf8JsonReader(input);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static ManifestFile Listed(string name, byte[] content) => new(name, content.Length, Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(content)));

    private static Checkpoint Example()
    {
        var spec = ModelSpec.Dense([2, 1]);
        return new Checkpoint(
            "ab12",
            new JobSpec { Model = spec }.ToJson(),
            new TrainingProgress(7, 0, 1, false, [], null, 0.5, 3, new string('c', 64)),
            Model.Create(spec).Tensors,
            []);
    }

    private static byte[] Tensors(IReadOnlyList<NamedTensor> tensors, Dictionary<string, string>? metadata)
    {
        var stream = new MemoryStream();
        SafetensorsFile.Write(stream, tensors, metadata);
        return stream.ToArray();
    }

    private static byte[] Saved(ModelSpec spec, string path, JobSpec? job = null)
    {
        var metadata = new Dictionary<string, string> { [ModelFile.ModelKey] = JsonSerializer.Serialize(spec, JobSpec.Json) };
        if (job is not null)
        {
            metadata["actornet.jobSpec"] = job.ToJson();
            metadata["actornet.task"] = "Classification";
        }

        ModelFile.Save(path, Model.Create(spec).Tensors, metadata);
        return File.ReadAllBytes(path);
    }
}
