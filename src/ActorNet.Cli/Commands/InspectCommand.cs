using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using Spectre.Console;

namespace ActorNet.Cli.Commands;

/// <summary>actornet inspect</summary>
internal static class InspectCommand
{
    private const int NarrowWidth = 60;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("inspect", "Show what a model is: its network, its job, its layers and its tensors.") { model };
        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var trained = TrainedModel.Load(parse.GetRequiredValue(model), ModelArgument.Warn);
            if (json.IsOn(parse))
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(ModelSummary.Of(trained.Model), RunJson.Indented));
            }
            else
            {
                Show(trained.Model, Terminal.Output());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(Model model, Terminal terminal)
    {
        var summary = ModelSummary.Of(model);
        var writer = terminal.Writer;
        writer.WriteLine($"{terminal.Strong(summary.Network)}, {Say.Count(summary.Parameters)} parameters");
        if (summary.Task is { } task)
        {
            writer.WriteLine($"task    {JsonNamingPolicy.KebabCaseLower.ConvertName(task.ToString())}");
        }

        if (summary.Outputs is { } names)
        {
            writer.WriteLine($"outputs {string.Join(", ", names)}");
        }

        if (model.Job is { } job)
        {
            writer.WriteLine($"trained on {DataSource.PlaceOf(job.Data.Name)}, {job.Epochs} epochs of minibatches of {job.BatchSize} with {job.Optimizer.Name}, seed {job.Seed}");
            writer.WriteLine($"cost    {job.Cost}");
            if (job.Mode != "sync")
            {
                writer.WriteLine($"mode    {job.Mode}");
            }

            writer.WriteLine($"job     {summary.JobHash}");
        }

        if (model.Job?.Parent is { } parent)
        {
            writer.WriteLine($"parent  {parent}");
        }

        writer.WriteLine($"weights {summary.WeightsSha256}");
        var isNarrow = terminal.Width < NarrowWidth;
        terminal.Write(Layers(summary, isNarrow));
        terminal.Write(Tensors(summary, isNarrow));
    }

    private static Table Layers(ModelSummary summary, bool isNarrow)
    {
        var hasOptions = !isNarrow && summary.Layers.Any(layer => Options(layer.Spec).Length > 0);
        var table = Columns(["layer", "outputs", .. Optional(!isNarrow, "parameters")]);
        foreach (var name in (string[])[.. Optional(!isNarrow, "activation"), .. Optional(hasOptions, "options")])
        {
            table.AddColumn(new TableColumn(name).NoWrap());
        }

        table.AddRow(["input", summary.Input, .. Optional(!isNarrow, "", ""), .. Optional(hasOptions, "")]);
        foreach (var (i, layer) in summary.Layers.Index())
        {
            var spec = layer.Spec;
            table.AddRow(
            [
                $"{i + 1} {(isNarrow ? spec.ToString() : spec.Kind)}", layer.OutputShape, .. Optional(!isNarrow, Say.Count(layer.Parameters), spec.Activation),
                .. Optional(hasOptions, Options(spec)),
            ]);
        }

        return table;
    }

    private static Table Tensors(ModelSummary summary, bool isNarrow)
    {
        var table = Columns(["tensor", "shape", .. Optional(!isNarrow, "least", "most", "mean", "deviation")]);
        foreach (var tensor in summary.Tensors)
        {
            table.AddRow(
            [
                tensor.Name, string.Join('x', tensor.Shape),
                .. Optional(!isNarrow, Number(tensor.Least), Number(tensor.Most), Number(tensor.Mean), Number(tensor.Deviation)),
            ]);
        }

        return table;
    }

    /// <summary>A table of a first column of words and others that stand to the right.</summary>
    private static Table Columns(params string[] names)
    {
        var table = new Table();
        foreach (var name in names)
        {
            var column = new TableColumn(name).NoWrap();
            table.AddColumn(name == names[0] ? column : column.RightAligned());
        }

        return table;
    }

    private static string[] Optional(bool areThere, params string[] cells) => areThere ? cells : [];

    /// <summary>What a layer is beside its size and activation.</summary>
    private static string Options(LayerSpec layer) => string.Join(' ', new[]
    {
        layer.Window > 0 ? $"window {layer.Window}" : "",
        layer.Kind == "dropout" ? string.Create(CultureInfo.InvariantCulture, $"rate {layer.Rate}") : "",
        layer.Sequence ? "sequence" : "",
        layer.Masked ? "masked" : "",
        layer.Truncate > 0 ? $"truncate {layer.Truncate}" : "",
    }.Where(option => option.Length > 0));

    private static string Number(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);
}
