using System.CommandLine;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Training;
using Spectre.Console;

namespace ActorNet.Cli.Commands;

/// <summary>actornet inspect</summary>
internal static class InspectCommand
{
    private const int NarrowWidth = 52;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var command = new Command("inspect", "Show what a model is: its network, its job and its tensors.") { model };
        command.SetAction(parse =>
        {
            Show(TrainedModel.Load(parse.GetRequiredValue(model), ModelArgument.Warn), Terminal.Output());
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(TrainedModel trained, Terminal terminal)
    {
        var (model, job) = (trained.Model, trained.Job);
        terminal.Writer.WriteLine($"{terminal.Strong(model.Spec.Shape)}, {Say.Count(model.Weights.Length)} parameters");
        terminal.Writer.WriteLine($"activations {string.Join(", ", model.Spec.Layers.Select(layer => layer.Activation))}; cost {job.Cost}");
        terminal.Writer.WriteLine($"trained on {DataSource.PlaceOf(job.Data.Name)}, {job.Epochs} epochs of minibatches of {job.BatchSize} with {job.Optimizer.Name}, seed {job.Seed}");
        terminal.Writer.WriteLine($"job     {job.Hash}");
        if (job.Parent is { } parent)
        {
            terminal.Writer.WriteLine($"parent  {parent}");
        }

        terminal.Writer.WriteLine($"weights {model.WeightsSha256}");
        terminal.Write(Tensors(model, narrow: terminal.Width < NarrowWidth));
    }

    private static Table Tensors(Model model, bool narrow)
    {
        var table = new Table();
        table.AddColumn(new TableColumn("tensor").NoWrap());
        foreach (var name in narrow ? (string[])["shape", "most"] : ["shape", "mean", "deviation", "most"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var tensor in model.Tensors)
        {
            var values = tensor.Data.ToArray();
            var mean = values.Average(value => (double)value);
            var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
            string[] numbers = narrow ? [] : [Number(mean), Number(deviation)];
            table.AddRow([tensor.Name, string.Join('x', tensor.Shape), .. numbers, Number(values.Max(Math.Abs))]);
        }

        return table;
    }

    private static string Number(double value) => value.ToString("0.0000", System.Globalization.CultureInfo.InvariantCulture);
}
