using System.CommandLine;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cli.Reports.Html;
using ActorNet.Cli.Settings;

namespace ActorNet.Cli.Commands;

/// <summary>actornet report</summary>
internal static class ReportCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var run = new Argument<string>("RUN") { Description = "A run's folder, or a record.jsonl that was copied from one." };
        var html = new Setting("--html", "[FILE]", "Write one page that needs no other file. Default FILE: report.html beside the record; this is also what is made when nothing is asked for.");
        var csv = new Setting("--csv", "[DIR]", "Write epochs.csv, progress.csv, events.csv and nodes.csv. Default DIR: csv beside the record.");
        var tensorBoard = new Setting("--tensorboard", "DIR", "Write an event file for TensorBoard.");
        var trace = new Setting("--trace", "[FILE]", "Write the steps that were looked at closely, for Perfetto. Default FILE: trace.json beside the record.");
        var command = new Command("report", "Make a page, tables, TensorBoard events or a trace from the record of a run.") { run };
        foreach (var setting in (Setting[])[html, csv, tensorBoard, trace])
        {
            setting.Option.Arity = setting == tensorBoard ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne;
            command.Options.Add(setting.Option);
        }

        command.SetAction(parse =>
        {
            var source = RunSource.Find(parse.GetRequiredValue(run));
            Write(source, html.Find(parse), csv.Find(parse), tensorBoard.Find(parse), trace.Find(parse));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(RunSource source, Said? html, Said? csv, Said? tensorBoard, Said? trace)
    {
        var history = RecordedRun.Read(source, ModelArgument.Warn);
        // Its broken lines have been named; they need not be once more.
        var record = new RecordFile(source.Record, _ => { });
        if (html is not null || (csv, tensorBoard, trace) is (null, null, null))
        {
            var path = PathOf(html, source, "report.html");
            HtmlReport.Write(history, path);
            Console.Out.WriteLine(path);
        }

        if (csv is not null)
        {
            foreach (var path in CsvTables.Write(history, record, PathOf(csv, source, "csv")))
            {
                Console.Out.WriteLine(path);
            }
        }

        if (tensorBoard is { } folder)
        {
            Console.Out.WriteLine(TensorBoardEvents.Write(history, record, folder.Text));
        }

        if (trace is not null)
        {
            var path = PathOf(trace, source, "trace.json");
            if (ChromeTrace.Write(history, record, path) == 0)
            {
                ModelArgument.Warn($"{source.Record} has no steps that were looked at closely: {path} has events alone.");
            }

            Console.Out.WriteLine(path);
        }
    }

    private static string PathOf(Said? said, RunSource source, string otherwise) =>
        said is { Text: { Length: > 0 } path } ? path : Path.Combine(source.Home, otherwise);
}
