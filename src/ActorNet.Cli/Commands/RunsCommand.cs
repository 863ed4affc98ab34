using System.CommandLine;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Reports.Listing;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>actornet runs</summary>
internal static class RunsCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var names = new Argument<string[]>("FOLDER|RUN")
        {
            Description = $"A folder of runs to list, {RunFolder.Root} if none is named; or two runs and more, to compare side by side.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var filter = new Setting("--filter", "TEXT", "List the runs that have the text in their folder, job, network, data or state.");
        var sort = new Setting(
            "--sort", string.Join('|', RunList.Orders.Keys), "List by this, the greatest first. Default: started, the newest first.", RunList.Orders.Keys);
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("runs", "List the runs of a folder, or compare runs side by side.") { names };
        foreach (var setting in (Setting[])[filter, sort])
        {
            command.Options.Add(setting.Option);
        }

        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var named = parse.GetValue(names) ?? [];
            if (named.Length > 1)
            {
                Compare(named, json.IsOn(parse));
            }
            else
            {
                List(named.Length == 1 ? named[0] : RunFolder.Root, filter.Find(parse), sort.Find(parse), json.IsOn(parse));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Compare(string[] runs, bool json)
    {
        var comparison = RunComparison.Read(runs, ModelArgument.Warn);
        if (json)
        {
            Print(comparison.ToJson());
            return;
        }

        comparison.Show(Terminal.Output());
    }

    private static void List(string folder, Said? filter, Said? sort, bool json)
    {
        var order = sort is { } said
            ? RunList.Orders.GetValueOrDefault(said.Text) ?? throw said.Wrong(string.Join(", ", RunList.Orders.Keys))
            : run => run.Started;
        var all = RunList.Read(folder, ModelArgument.Warn);
        var runs = all.Where(run => filter is not { } text || Has(run, text.Text)).OrderByDescending(order).ThenByDescending(run => run.Started).ToList();
        if (json)
        {
            Print(new { schema = 1, runs });
            return;
        }

        if (runs.Count == 0)
        {
            throw new ActorNetException(all.Count == 0
                ? $"there is no run in {folder}: train first, or give the folder that has them."
                : $"none of the {all.Count} runs in {folder} has '{filter!.Value.Text}': leave --filter out to see them.");
        }

        RunList.Show(runs, Terminal.Output());
    }

    private static bool Has(RunSummary run, string text) =>
        ((string?[])[run.Run, run.JobHash, run.Network, run.Data, run.State.ToString()]).Any(field => field?.Contains(text, StringComparison.OrdinalIgnoreCase) == true);

    private static void Print(object value) => Console.Out.WriteLine(JsonSerializer.Serialize(value, RunJson.Indented));
}
