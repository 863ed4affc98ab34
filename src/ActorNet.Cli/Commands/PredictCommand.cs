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
            Arity = ArgumentArity.ZeroOrOne,
        };
        var data = new DataFlags("the data that the model was trained on");
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var file = new Setting("--out", "FILE", "Answer all samples of the data instead: a CSV file, written whole or not at all; - for stdout.");
        var command = new Command(
            "predict",
            """
            Read one image: shows it, the network's outputs and its answer. With --out, read a whole set and write the answers as CSV.

            The CSV has a row for each sample: its number from 0, the predicted class, and p_NAME, the network's output for each class (a probability
            where the output layer is softmax); for numbers to predict, the outputs alone. A CSV or NumPy file is read from its beginning to its end in
            constant memory, and in the way in which the training data was: the same columns, divided by the same number. It needs no label.
            """) { model, what };
        data.AddTo(command);
        command.Options.Add(file.Option);
        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var (one, many) = (parse.GetValue(what), file.Find(parse));
            if (one is null == many is null)
            {
                throw new UsageException(one is null
                    ? "what to read is not said: give an IMAGE or an INDEX, or --out FILE.csv for all samples of the data."
                    : $"'{one}' is one sample, {many!.Value.Source} is for all of them: give one of the two.");
            }

            var trained = TrainedModel.Load(parse.GetRequiredValue(model), ModelArgument.Warn);
            var choice = data.Read(parse);
            if (many is { } path)
            {
                return json.IsOn(parse)
                    ? throw new UsageException($"--json is for one sample, {path.Source} writes CSV: leave one of them out.")
                    : PredictMany.Run(trained, choice, path.Text);
            }

            var sample = Read(trained, one!, choice);
            Show(sample, trained.Model.Predict(sample.Inputs), json.IsOn(parse));
            return ExitCode.Done;
        });
        return command;
    }

    private static Sample Read(TrainedModel model, string what, DataChoice choice)
    {
        if (int.TryParse(what, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index))
        {
            return ReadTest(ModelArgument.OpenTest(model, choice), index);
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
