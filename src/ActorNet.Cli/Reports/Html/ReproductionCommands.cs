using System.Globalization;
using System.Text.RegularExpressions;

namespace ActorNet.Cli.Reports.Html;

/// <summary>The command lines that train a job again, or go on with its run.</summary>
internal static partial class ReproductionCommands
{
    /// <summary>The lines.</summary>
    public static IEnumerable<string> Of(RecordedRun history)
    {
        var job = history.Job!;
        var folder = history.Settings?.DataFolder is { } place ? $" --data-dir {Quoted(place)}" : "";
        if (history.State is RunState.Stopped or RunState.Interrupted or RunState.Failed)
        {
            yield return $"actornet train --resume {Quoted(history.Source.Folder ?? history.Source.Name)}  # goes on with this run";
        }

        if (job is { Parent: { } parent, StartWeights: null })
        {
            yield return $"actornet train --resume PARENT --epochs {job.Epochs.ToString(CultureInfo.InvariantCulture)}{folder}  # PARENT: the run of job {parent}";
            yield break;
        }

        var start = job.StartWeights is { } weights ? $" --from MODEL{folder}  # MODEL: the one with weights {weights}" : folder;
        yield return $"actornet train --job job.json{start}  # job.json is at the end of this page";
    }

    /// <summary>A word of a shell's command line.</summary>
    private static string Quoted(string text) => PlainWord().IsMatch(text) ? text : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^[\w@%+=:,./-]+$")]
    private static partial Regex PlainWord();
}
