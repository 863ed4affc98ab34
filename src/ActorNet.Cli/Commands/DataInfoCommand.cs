using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Training;
using Spectre.Console;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data info</summary>
internal static class DataInfoCommand
{
    private const int MostColumns = 12;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var data = new DataFlags("digits");
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("info", "Say what a data set holds.");
        data.AddTo(command);
        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var pair = data.Read(parse).Open("digits");
            if (json.IsOn(parse))
            {
                var summary = new { schema = 1, training = Summary(pair.Training), test = pair.Test.Count > 0 ? Summary(pair.Test) : null };
                Console.Out.WriteLine(JsonSerializer.Serialize(summary, RunJson.Indented));
            }
            else
            {
                Show(pair, Terminal.Output());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static object Summary(DataSet set) => new
    {
        set.Name,
        task = set.Task.ToString(),
        set.Count,
        set.InputSize,
        set.TargetSize,
        set.Hash,
        set.TargetNames,
        inputShape = set.InputShape,
        format = set.Format?.ToString(),
        perClass = PerClass(set),
        shards = set.Shards > 0 ? set.Shards : (int?)null,
    };

    private static void Show(DataSetPair pair, Terminal terminal)
    {
        foreach (var set in (DataSet[])(pair.Test.Count > 0 ? [pair.Training, pair.Test] : [pair.Training]))
        {
            var size = set.Image is { Width: var width, Height: var height } ? $"{width} x {height} images"
                : set.InputShape is { } shape ? $"samples of {string.Join(" x ", shape)} inputs"
                : $"samples of {set.InputSize} input{(set.InputSize == 1 ? "" : "s")}";
            var targets = set.Task switch
            {
                TaskKind.Classification => $"{set.TargetSize} classes",
                TaskKind.MultiLabel => $"{set.TargetSize} labels",
                _ => $"{set.TargetSize} number{(set.TargetSize == 1 ? "" : "s")} to predict",
            };
            var shards = set.Shards > 0 ? $", in {Say.Shards(set.Shards)}" : "";
            terminal.Writer.WriteLine($"{terminal.Strong(set.Name)}: {Say.Count(set.Count)} {size}, {targets}{shards}");
            terminal.Writer.WriteLine(terminal.Faint($"SHA-256 {set.Hash}"));
        }

        if (pair.Training.Format is { } format)
        {
            ShowFormat(format, pair.Training, terminal);
        }

        if (PerClass(pair.Training) is { } training)
        {
            terminal.Write(Classes(training, PerClass(pair.Test) ?? [], pair.Training.TargetNames));
        }
    }

    /// <summary>Says which columns were taken for what.</summary>
    private static void ShowFormat(SampleFormat format, DataSet set, Terminal terminal)
    {
        var label = format.Label is { } one ? $"{(set.Task == TaskKind.Regression ? "target" : "label")}: column {one}" : format.Targets is { } several ? $"targets: {string.Join(", ", several)}" : null;
        var inputs = format.Columns is { } columns ? $"inputs: {string.Join(", ", columns.Take(MostColumns))}{(columns.Count > MostColumns ? $", … ({columns.Count} in all)" : "")}" : null;
        var scale = format.Scale is { } divisor ? string.Create(CultureInfo.InvariantCulture, $"inputs divided by {divisor}") : null;
        foreach (var line in new[] { label, inputs, scale }.OfType<string>())
        {
            terminal.Writer.WriteLine(line);
        }
    }

    /// <summary>Samples of each class: known, or counted where the set is in memory; null for another task.</summary>
    private static IReadOnlyList<int>? PerClass(DataSet set)
    {
        if (set.PerClass is not null || set.Task != TaskKind.Classification || set.Shards > 0)
        {
            return set.PerClass;
        }

        var counts = new int[set.TargetSize];
        var (inputs, targets) = (new float[set.InputSize], new float[set.TargetSize]);
        for (var i = 0; i < set.Count; i++)
        {
            set.Read(i, inputs, targets);
            counts[Scoring.Answer(targets)]++;
        }

        return counts;
    }

    private static Table Classes(IReadOnlyList<int> training, IReadOnlyList<int> test, IReadOnlyList<string>? names)
    {
        var table = new Table();
        foreach (var name in (string[])["class", "training", "test"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        for (var i = 0; i < training.Count; i++)
        {
            table.AddRow((names?[i] ?? $"{i}").EscapeMarkup(), Say.Count(training[i]), i < test.Count ? Say.Count(test[i]) : "-");
        }

        return table;
    }
}
