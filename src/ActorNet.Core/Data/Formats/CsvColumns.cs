using System.Globalization;

namespace ActorNet.Core.Data.Formats;

/// <summary>Which columns of a CSV file are inputs and which are targets.</summary>
internal sealed class CsvColumns
{
    /// <summary>Names of the label's column, in the order of preference, where nobody says one.</summary>
    private static readonly string[] _labelNames = ["label", "class", "target"];

    private readonly string _path;
    private readonly string[]? _header;
    private readonly int _count;

    private CsvColumns(string path, string[]? header, int count) => (_path, _header, _count) = (path, header, count);

    /// <summary>The columns of the inputs, from 0.</summary>
    public required int[] Inputs { get; init; }

    /// <summary>The columns of the targets, from 0; empty where the file has none.</summary>
    public required int[] Targets { get; init; }

    /// <summary>What the targets mean.</summary>
    public required TaskKind Task { get; init; }

    /// <summary>The format, whole but for the classes.</summary>
    public required SampleFormat Format { get; init; }

    /// <summary>What was guessed and could be wrong; null for nothing.</summary>
    public string? Guess { get; init; }

    /// <summary>Whether a first row is a header: it has a name that is looked for, or no number at all.</summary>
    public static bool IsHeader(string[] first, SampleFormat format)
    {
        IEnumerable<string> names = [.. _labelNames, .. format.Targets ?? [], .. format.Ignore ?? [], .. format.Label is { } label ? [label] : Array.Empty<string>()];
        return format.Header ?? (!first.Any(IsNumber) || first.Any(cell => !IsNumber(cell) && names.Contains(cell, StringComparer.OrdinalIgnoreCase)));
    }

    /// <summary>Sorts the columns of a file.</summary>
    /// <param name="path">The file, for errors.</param>
    /// <param name="header">The names of the columns; null where there are none.</param>
    /// <param name="count">How many columns there are.</param>
    /// <param name="format">What is known of the format.</param>
    /// <param name="inputs">Inputs that a network takes, where targets are not read and need not be there; null where they are.</param>
    /// <exception cref="ActorNetException">A column is missing, or nothing is left for inputs.</exception>
    public static CsvColumns Of(string path, string[]? header, int count, SampleFormat format, int? inputs)
    {
        var file = new CsvColumns(path, header, count) { Inputs = [], Targets = [], Task = default, Format = format };
        if (format.Task is null && format.Targets is not null)
        {
            throw new ActorNetException($"'{path}': several targets are for --task regression or multi-label: say which.");
        }

        var task = format.Task ?? TaskKind.Classification;
        if (task == TaskKind.MultiLabel && format.Targets is null)
        {
            throw new ActorNetException($"'{path}': a multi-label task has several columns of 0 and 1: name them with --targets A,B.");
        }

        if (task == TaskKind.Classification && format.Targets is not null)
        {
            throw new ActorNetException($"'{path}': --targets is for --task regression or multi-label; a class is in one column, which --label names.");
        }

        if (header is null && format.Columns is not null)
        {
            throw new ActorNetException(
                $"'{path}' has no header, but the columns are known by their names: give it the header of the training data, or say --header yes where its first row is one.");
        }

        var guess = (string?)null;
        var targets = inputs is { } wanted && !file.HasTargets(format, wanted) ? [] : file.TargetsOf(format, out guess);
        var chosen = file.InputsOf(format, targets);
        if (chosen.Length == 0)
        {
            throw new ActorNetException($"'{path}' has {count} column{(count == 1 ? "" : "s")} and none is left for inputs: is it separated by something else? --delimiter says by what.");
        }

        return new CsvColumns(path, header, count)
        {
            Inputs = chosen,
            Targets = inputs is null ? targets : [],
            Task = task,
            Guess = guess,
            Format = format with
            {
                Task = task,
                Label = format.Targets is null ? (targets.Length > 0 ? file.Reference(targets[0]) : format.Label) : null,
                Targets = format.Targets is null ? null : targets.Length > 0 ? [.. targets.Select(file.Reference)] : format.Targets,
                Columns = file.NamesOf(chosen),
                // Who knows the inputs need not know what else there was.
                Ignore = file.NamesOf(chosen) is null ? format.Ignore : null,
            },
        };
    }

    /// <summary>A column as errors name it.</summary>
    public static string Name(string[]? header, int column) => header is null || column >= header.Length || header[column].Length == 0 ? $"column {column + 1}" : $"column '{header[column]}'";

    /// <summary>Whether a file to predict from has targets beside the inputs.</summary>
    private bool HasTargets(SampleFormat format, int inputs)
    {
        var named = format.Targets ?? (format.Label is { } label ? [label] : _header is null ? [] : _labelNames);
        return _header is null ? _count != inputs : named.Any(name => TryFind(name) >= 0);
    }

    private int[] TargetsOf(SampleFormat format, out string? guess)
    {
        guess = null;
        if (format.Targets is { } several)
        {
            var columns = several.Select(name => Find(name, "--targets")).ToArray();
            return columns.Distinct().Count() == columns.Length ? columns : throw new ActorNetException($"'{_path}': a column is among --targets twice: name each once.");
        }

        if (format.Label is { } label)
        {
            return [Find(label, "--label")];
        }

        if (_header is not null && _labelNames.Select(TryFind).FirstOrDefault(column => column >= 0, -1) is var named and >= 0)
        {
            return [named];
        }

        guess = $"'{_path}': the last column ({Name(_header, _count - 1)} of {_count}) is taken for the label: --label names another, e.g. --label 1 for the first.";
        return [_count - 1];
    }

    private int[] InputsOf(SampleFormat format, int[] targets)
    {
        if (format.Columns is { } columns && _header is not null)
        {
            return [.. columns.Select(name => Find(name, "the inputs"))];
        }

        int[] others = [.. targets, .. (format.Ignore ?? []).Select(name => Find(name, "--ignore"))];
        var leftOut = others.ToHashSet();
        var rest = Enumerable.Range(0, _count).Where(column => !leftOut.Contains(column)).ToArray();
        if (_header is not null && rest.FirstOrDefault(column => _header[column].Length == 0, -1) is var unnamed and >= 0)
        {
            throw new ActorNetException($"{_path}, row 1: column {unnamed + 1} has no name: give it one, or leave it out with --ignore {unnamed + 1}.");
        }

        return rest;
    }

    /// <summary>The names of columns, if each has one of its own and they are not too many to go along; else null.</summary>
    private string[]? NamesOf(int[] columns)
    {
        if (_header is null)
        {
            return null;
        }

        var names = columns.Select(column => _header[column]).ToArray();
        return names.Distinct().Count() == names.Length && names.Sum(name => Uri.EscapeDataString(name).Length + 1) <= SampleFormat.MaxLength ? names : null;
    }

    private string Reference(int column) => _header is null || _header[column].Length == 0 ? (column + 1).ToString(CultureInfo.InvariantCulture) : _header[column];

    private int Find(string name, string purpose)
    {
        var column = TryFind(name);
        if (column >= 0)
        {
            return column;
        }

        var what = column == -2
            ? $"'{name}' names several columns: rename them, or give its number"
            : _header is null
                ? $"the file has {_count} columns without names: give a number from 1 to {_count}"
                : NameSuggestion.Nearest(name, _header) is { } near
                    ? $"did you mean '{near}'?"
                    : $"there {(_count == 1 ? "is" : "are")} {string.Join(", ", _header.Take(20))}{(_count > 20 ? ", …" : "")}";
        throw new ActorNetException($"{_path}{(_header is null ? "" : ", row 1")}: no column '{name}' for {purpose}: {what}.");
    }

    /// <summary>The column of a name or a number; -1 for none, -2 for several.</summary>
    private int TryFind(string name)
    {
        foreach (var comparison in (StringComparison[])[StringComparison.Ordinal, StringComparison.OrdinalIgnoreCase])
        {
            var first = _header is null ? -1 : Array.FindIndex(_header, cell => cell.Equals(name, comparison));
            if (first >= 0)
            {
                return Array.FindLastIndex(_header!, cell => cell.Equals(name, comparison)) == first ? first : -2;
            }
        }

        return int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= _count ? number - 1 : -1;
    }

    private static bool IsNumber(string cell) => double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
}
