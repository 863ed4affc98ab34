using System.Globalization;
using System.Text;

namespace ActorNet.Core.Data.Formats;

/// <summary>
/// How the rows of a file become samples: which column is the label, what the targets mean, what inputs are divided by. Said once, it travels with the
/// name of the data (<see cref="DataSource"/>) into the job, the model and the shards. What nobody says is null and is taken from the file; a set that was
/// opened has a format that says all of it, so that other files are read in the same way.
/// </summary>
internal sealed record SampleFormat
{
    /// <summary>The most characters of the classes' names, and of the columns': they go into a message of the control plane, whose frames are bounded.</summary>
    public const int MaxLength = 32_000;

    /// <summary>The most characters of a format: with these, a message of the control plane still fits into its frame.</summary>
    private const int MaxTotal = 100_000;

    /// <summary>The keys, in the order in which they are written.</summary>
    public static readonly IReadOnlyList<string> Keys = ["label", "targets", "task", "scale", "delimiter", "header", "ignore", "classes", "columns"];

    private static readonly (string Name, TaskKind Task)[] _tasks =
        [("classification", TaskKind.Classification), ("multi-label", TaskKind.MultiLabel), ("regression", TaskKind.Regression)];

    /// <summary>The column of the class or of the only target: its name, or its number from 1.</summary>
    public string? Label { get; init; }

    /// <summary>The columns of several targets.</summary>
    public IReadOnlyList<string>? Targets { get; init; }

    /// <summary>What the targets mean.</summary>
    public TaskKind? Task { get; init; }

    /// <summary>What inputs are divided by: each is multiplied by 1/scale, as a float.</summary>
    public float? Scale { get; init; }

    /// <summary>What is between two cells.</summary>
    public char? Delimiter { get; init; }

    /// <summary>Whether the first row has the columns' names.</summary>
    public bool? Header { get; init; }

    /// <summary>Columns that are neither inputs nor targets.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>The names of the classes, in the order of their numbers.</summary>
    public IReadOnlyList<string>? Classes { get; init; }

    /// <summary>The names of the columns that are inputs, in their order.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    /// <summary>Whether nothing is said.</summary>
    public bool IsEmpty => ToString().Length == 0;

    /// <summary>What holds for other files too: all but how this one's text is laid out.</summary>
    public SampleFormat Meaning => this with { Delimiter = null, Header = null, Ignore = null };

    /// <summary>The names of the outputs; null where they are the numbers from 0 or not known.</summary>
    public IReadOnlyList<string>? TargetNames =>
        Classes is { } classes ? (AreNumbers(classes) ? null : classes) : Targets ?? (Task == TaskKind.Regression && Label is { } label ? [label] : null);

    /// <summary>The name of a task as a person writes it.</summary>
    public static string NameOf(TaskKind task) => Array.Find(_tasks, known => known.Task == task).Name;

    /// <summary>Reads what <see cref="ToString"/> writes.</summary>
    /// <exception cref="ActorNetException">A key or a value makes no sense.</exception>
    public static SampleFormat Parse(string text)
    {
        CheckLength(text);
        var format = new SampleFormat();
        foreach (var part in text.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.IndexOf('=') is var at and > 0 ? (part[..at], part[(at + 1)..]) : (part, "");
            format = format.With(key, [.. value.Split(',').Select(Uri.UnescapeDataString)]);
        }

        return format;
    }

    /// <summary>The same format, which <see cref="Parse"/> can read again.</summary>
    /// <exception cref="ActorNetException">It is too long.</exception>
    public SampleFormat Checked()
    {
        CheckLength(ToString());
        return this;
    }

    /// <summary>The format with one more thing said.</summary>
    /// <param name="key">One of <see cref="Keys"/>.</param>
    /// <param name="items">The value, or the values of a list.</param>
    /// <exception cref="ActorNetException">The key is unknown, or the value makes no sense.</exception>
    public SampleFormat With(string key, params IReadOnlyList<string> items)
    {
        if (items.Count == 0 || items.Any(item => item.Length == 0))
        {
            throw new ActorNetException($"{key} has an empty value: say what it is, or leave it out.");
        }

        var value = string.Join(',', items);
        return key switch
        {
            "label" => this with { Label = value },
            "targets" => this with { Targets = items },
            "task" => this with { Task = TaskOf(value) },
            "scale" => this with { Scale = ScaleOf(value) },
            "delimiter" => this with { Delimiter = DelimiterOf(value) },
            "header" => this with { Header = value is "yes" or "no" ? value == "yes" : throw Wrong(key, value, "yes or no") },
            "ignore" => this with { Ignore = items },
            "classes" => this with { Classes = items.Count <= ClassNames.Most ? items : throw new ActorNetException($"{items.Count} classes are named, {ClassNames.Most} are possible.") },
            "columns" => this with { Columns = items },
            _ => throw new ActorNetException(NameSuggestion.Message("key of a data format", key, [.. Keys])),
        };
    }

    /// <summary>The format as <c>key=value&amp;…</c>, percent-encoded, so that it can follow a path; empty for nothing said.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Add("label", Label is null ? null : [Label]);
        Add("targets", Targets);
        Add("task", Task is { } task ? [NameOf(task)] : null);
        Add("scale", Scale is { } scale ? [scale.ToString(CultureInfo.InvariantCulture)] : null);
        Add("delimiter", Delimiter is { } delimiter ? [delimiter == '\t' ? "tab" : $"{delimiter}"] : null);
        Add("header", Header is { } header ? [header ? "yes" : "no"] : null);
        Add("ignore", Ignore);
        Add("classes", Classes);
        Add("columns", Columns);
        return text.ToString();

        void Add(string key, IReadOnlyList<string>? items)
        {
            if (items is not null)
            {
                text.Append(text.Length > 0 ? "&" : "").Append(key).Append('=').AppendJoin(',', items.Select(Uri.EscapeDataString));
            }
        }
    }

    private static void CheckLength(string text)
    {
        if (text.Length > MaxTotal)
        {
            throw new ActorNetException($"A data format of {text.Length:N0} characters is too long, {MaxTotal:N0} are possible: give columns shorter names.");
        }
    }

    private static bool AreNumbers(IReadOnlyList<string> classes) =>
        classes.Select((name, i) => name == i.ToString(CultureInfo.InvariantCulture)).All(same => same);

    private static TaskKind TaskOf(string value) => Array.FindIndex(_tasks, known => known.Name == value) is var at and >= 0
        ? _tasks[at].Task
        : throw new ActorNetException(NameSuggestion.Message("task", value, [.. _tasks.Select(known => known.Name)]));

    private static float ScaleOf(string value) =>
        float.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var scale) && float.IsNormal(scale) && float.IsNormal(1f / scale) && scale > 0
            ? scale
            : throw Wrong("scale", value, "a number above 0, e.g. 255");

    private static char DelimiterOf(string value) => value switch
    {
        "tab" or "\\t" => '\t',
        [var only] when only is ',' or ';' or '|' or '\t' or ' ' or ':' => only,
        _ => throw Wrong("delimiter", value, "one of , ; | : space, or tab"),
    };

    private static ActorNetException Wrong(string key, string value, string expected) => new($"{key} is '{value}': give {expected}.");
}
