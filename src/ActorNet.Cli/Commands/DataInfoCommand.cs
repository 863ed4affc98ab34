using System.CommandLine;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core.Data;
using Spectre.Console;

namespace ActorNet.Cli.Commands;

/// <summary>actornet data info</summary>
internal static class DataInfoCommand
{
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
            var (name, folder) = data.Read(parse);
            var pair = DataSets.Open(name ?? "digits", folder, ModelArgument.Warn);
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
        perClass = set.PerClass,
        shards = set.Shards > 0 ? set.Shards : (int?)null,
    };

    private static void Show(DataSetPair pair, Terminal terminal)
    {
        foreach (var set in (DataSet[])(pair.Test.Count > 0 ? [pair.Training, pair.Test] : [pair.Training]))
        {
            var size = set.Image is { Width: var width, Height: var height } ? $"{width} x {height} images" : $"{set.InputSize} inputs";
            var targets = $"{set.TargetSize} {(set.Task == TaskKind.Classification ? "classes" : "targets")}";
            var shards = set.Shards > 0 ? $", in {Say.Shards(set.Shards)}" : "";
            terminal.Writer.WriteLine($"{terminal.Strong(set.Name)}: {Say.Count(set.Count)} {size}, {targets}{shards}");
            terminal.Writer.WriteLine(terminal.Faint($"SHA-256 {set.Hash}"));
        }

        if (pair.Training.PerClass is { } training)
        {
            terminal.Write(Classes(training, pair.Test.PerClass ?? []));
        }
    }

    private static Table Classes(IReadOnlyList<int> training, IReadOnlyList<int> test)
    {
        var table = new Table();
        foreach (var name in (string[])["class", "training", "test"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        for (var i = 0; i < training.Count; i++)
        {
            table.AddRow($"{i}", Say.Count(training[i]), i < test.Count ? Say.Count(test[i]) : "-");
        }

        return table;
    }
}
