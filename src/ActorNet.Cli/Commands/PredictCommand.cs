using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Images;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Commands;

/// <summary>actornet predict</summary>
internal static class PredictCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var model = ModelArgument.Create();
        var what = new Argument<string>("IMAGE|INDEX")
        {
            Description = "An image (PNG, JPEG, PGM …; other sizes are scaled, black on white is inverted), or the number of a test sample, from 0.",
        };
        var data = new DataFlags("the data that the model was trained on");
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("predict", "Read one image: shows it, the network's outputs and its answer.") { model, what };
        data.AddTo(command);
        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var trained = TrainedModel.Load(parse.GetRequiredValue(model), ModelArgument.Warn);
            var (name, folder) = data.Read(parse);
            var sample = Read(trained, parse.GetRequiredValue(what), name, folder);
            Show(sample, trained.Model.Predict(sample.Inputs), json.IsOn(parse));
            return ExitCode.Done;
        });
        return command;
    }

    private static Sample Read(TrainedModel model, string what, string? name, string? folder)
    {
        if (int.TryParse(what, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return ReadTest(ModelArgument.OpenTest(model, name, folder), index);
        }

        var side = (int)Math.Sqrt(model.Model.Network.InputSize);
        if (side * side != model.Model.Network.InputSize)
        {
            throw new ActorNetException($"{model.Source} takes {model.Model.Network.InputSize} inputs, which is no square image: give the number of a test sample.");
        }

        var image = GreyImage.Load(what, side);
        return new Sample(what, image.ToInputs(), side, side, Truth: null, image.Note);
    }

    private static Sample ReadTest(DataSet test, int index)
    {
        if (index < 0 || index >= test.Count)
        {
            throw new UsageException($"'{test.Name}' has no sample {index}: give 0 to {test.Count - 1}.");
        }

        var (inputs, targets) = (new float[test.InputSize], new float[test.TargetSize]);
        test.Read(index, inputs, targets);
        var (width, height) = test.Image is { } image ? (image.Width, image.Height) : (0, 0);
        return new Sample($"{test.Name} {index}", inputs, width, height, Scoring.Answer(targets), Note: null);
    }

    private static void Show(Sample sample, float[] outputs, bool json)
    {
        var answer = Scoring.Answer(outputs);
        if (json)
        {
            Console.Out.WriteLine(JsonSerializer.Serialize(new { schema = 1, sample = sample.Name, answer, truth = sample.Truth, outputs }, RunJson.Indented));
            return;
        }

        var terminal = Terminal.Output();
        terminal.Writer.WriteLine(sample.Note is null ? sample.Name : $"{sample.Name} ({sample.Note})");
        foreach (var line in TextImage.Draw(sample.Inputs, sample.Width, sample.Height))
        {
            terminal.Writer.WriteLine(line);
        }

        var bar = Math.Clamp(terminal.Width - 14, 4, 40);
        for (var i = 0; i < outputs.Length; i++)
        {
            var line = string.Create(CultureInfo.InvariantCulture, $"{i,3} {ProgressLine.Bar(bar, outputs[i])} {outputs[i]:0.000}");
            terminal.Writer.WriteLine(i == answer ? terminal.Good(line) : line);
        }

        var verdict = sample.Truth switch
        {
            null => "",
            { } truth when truth == answer => terminal.Good(" (right)"),
            { } truth => terminal.Warning($" (wrong: it is {truth})"),
        };
        terminal.Writer.WriteLine($"answer: {terminal.Strong($"{answer}")}{verdict}");
    }

    /// <summary>What is to be read.</summary>
    /// <param name="Name">For people.</param>
    /// <param name="Inputs">The network's inputs.</param>
    /// <param name="Width">Columns of the image; 0 when it is none.</param>
    /// <param name="Height">Its rows.</param>
    /// <param name="Truth">The right answer, if known.</param>
    /// <param name="Note">What was done to it.</param>
    private sealed record Sample(string Name, float[] Inputs, int Width, int Height, int? Truth, string? Note);
}
