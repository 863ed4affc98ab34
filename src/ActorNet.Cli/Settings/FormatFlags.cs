using ActorNet.Cli.Commands;
using ActorNet.Core;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Settings;

/// <summary>The settings that say how the rows of CSV and NumPy files become samples.</summary>
internal static class FormatFlags
{
    /// <summary>Each with the key of <see cref="SampleFormat"/> that it sets.</summary>
    public static IReadOnlyList<(Setting Setting, string Key)> Create() =>
    [
        Of("label", "NAME|NUMBER", "Of CSV, the column of the class, or of the number to predict; columns count from 1. Default: the one named label, class or target, else the last."),
        Of("task", "NAME", "What the targets of CSV or NumPy files mean: classification, multi-label, regression. Default classification; regression for NumPy targets that are floats.",
            "classification", "multi-label", "regression"),
        Of("targets", "A,B", "Of CSV, the columns of several targets, for --task regression or multi-label."),
        Of("ignore", "A,B", "Of CSV, the columns that are neither inputs nor targets."),
        Of("scale", "X", "Divide the inputs of CSV or NumPy files by X, e.g. 255 for pictures. Default 1; 255 for NumPy inputs that are bytes."),
        Of("delimiter", "C", "What is between two cells of CSV: , ; tab | : or space. Default: what the first lines have.", "tab"),
        Of("header", "yes|no", "Whether the first row of CSV has the names of the columns. Default: whether it has no number, or a name such as label.", "yes", "no"),
    ];

    /// <summary>The format with what a person said of it.</summary>
    /// <exception cref="UsageException">The value makes no sense.</exception>
    public static SampleFormat Apply(SampleFormat format, string key, Said said)
    {
        try
        {
            return format.With(key, key is "targets" or "ignore" ? said.Text.Split(',', StringSplitOptions.TrimEntries) : [said.Text]);
        }
        catch (ActorNetException error)
        {
            throw new UsageException($"{said.Source}: {error.Message}");
        }
    }

    private static (Setting Setting, string Key) Of(string key, string value, string description, params IEnumerable<string> words) =>
        (new Setting($"--{key}", value, description, words), key);
}
