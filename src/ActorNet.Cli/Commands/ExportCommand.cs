using System.CommandLine;
using ActorNet.Cli.Export;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Commands;

/// <summary>actornet export</summary>
internal static class ExportCommand
{
    private static readonly Dictionary<string, Action<Model, string>> _formats = new()
    {
        ["onnx"] = OnnxModel.Write,
        ["safetensors"] = WriteSafetensors,
        ["npz"] = (model, path) => NpzFile.Write(model.Tensors, path),
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var file = new Setting("--out", "FILE", "The file to write. One that is there is replaced.");
        var format = new Setting("--format", "FORMAT", "onnx, safetensors or npz. Default: what FILE ends with.", _formats.Keys);
        var command = new Command(
            "export",
            """
            Write a model as a file for other programs, whole or not at all.

            .onnx         the network: 'input' gives 'output', and 'logits' before the last activation
            .safetensors  the weights by name, and what they are; this program reads it too
            .npz          the weights by name, for NumPy
            """) { model };
        command.Options.Add(file.Option);
        command.Options.Add(format.Option);
        command.SetAction(parse =>
        {
            var path = file.Find(parse)?.Text ?? throw new UsageException("where to write is not said: give --out FILE.onnx, FILE.safetensors or FILE.npz.");
            var write = FormatOf(path, format.Find(parse));
            var trained = TrainedModel.Load(parse.GetRequiredValue(model), ModelArgument.Warn);
            write(trained.Model, path);
            Show(trained.Model, path, Terminal.Output());
            return ExitCode.Done;
        });
        return command;
    }

    private static Action<Model, string> FormatOf(string path, Said? said)
    {
        var ending = Path.GetExtension(path).TrimStart('.').ToLowerInvariant();
        return said is { } format
            ? _formats.GetValueOrDefault(format.Text) ?? throw format.Wrong("onnx, safetensors or npz")
            : _formats.GetValueOrDefault(ending) ?? throw new UsageException(
                $"'{path}' does not say which format it is to have: let it end with .onnx, .safetensors or .npz, or give --format.");
    }

    private static void WriteSafetensors(Model model, string path)
    {
        OutputFile.MakeFolder(path);
        model.Save(path);
    }

    private static void Show(Model model, string path, Terminal terminal)
    {
        terminal.Writer.WriteLine($"{terminal.Strong(path)}: {model.Spec.Shape}, {Say.Count(model.Weights.Length)} parameters, {Say.Count(new FileInfo(path).Length)} bytes");
        terminal.Writer.WriteLine(terminal.Faint($"weights {model.WeightsSha256}"));
    }
}
