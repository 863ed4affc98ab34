using System.Globalization;
using ActorNet.Cli.Commands;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Settings;

/// <summary>A value that a person gave.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Source">Where: the flag or the environment variable.</param>
internal readonly record struct Said(string Text, string Source)
{
    /// <summary>The value as a whole number.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public int Whole() =>
        int.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong("a whole number");

    /// <summary>The value as a whole number of 1 or more.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public int Positive() => Whole() is var value and >= 1 ? value : throw Wrong("1 or more");

    /// <summary>The value as a whole number of 0 or more.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public int NotNegative() => Whole() is var value and >= 0 ? value : throw Wrong("0 or more");

    /// <summary>The value as a seed.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public ulong Seed() =>
        ulong.TryParse(Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong("a whole number of 0 or more");

    /// <summary>The value as a number, with a point for the fraction.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public double Number() =>
        double.TryParse(Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong("a number");

    /// <summary>The value as a number of bytes, e.g. <c>500MB</c> or <c>1.5TB</c>; 1 or more.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public long Bytes()
    {
        (string Name, double Bytes)[] units = [("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3), ("", 1)];
        var text = Text;
        var unit = Array.Find(units, unit => text.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        var number = text[..^unit.Name.Length].TrimEnd();
        return double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && value * unit.Bytes is >= 1 and < long.MaxValue
            ? (long)(value * unit.Bytes)
            : throw Wrong("a size, as in 500MB or 20GB");
    }

    /// <summary>The value as layers, e.g. <c>100,30</c> or <c>conv20x5,pool2,100</c>; <c>none</c> for no layer.</summary>
    public string[] Words() => Text == "none" ? [] : Text.Split(',');

    /// <summary>The value as sizes, e.g. <c>28x28</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public int[] Sizes()
    {
        var said = this;
        return [.. Text.Split('x').Select(size => said.Size(size))];
    }

    /// <summary>The value as numbers, e.g. <c>1,2,0.5</c>.</summary>
    /// <param name="expected">What it should be, for the error.</param>
    /// <exception cref="UsageException">It is none.</exception>
    public double[] Numbers(string expected)
    {
        var said = this;
        return [.. Text.Split(',').Select(part => TryNumber(part) ?? throw said.Wrong(expected))];
    }

    /// <summary>The value as what moves pictures at random, e.g. <c>shift:2,rotate:10</c>.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public AugmentationSpec Augmentation()
    {
        var spec = new AugmentationSpec();
        var seen = new HashSet<string>();
        foreach (var part in Text.Split(','))
        {
            var (name, number) = part.Split(':') is [var left, var right] && seen.Add(left) ? (left, TryNumber(right)) : ("", null);
            spec = (name, number) switch
            {
                ("shift", { } pixels) => spec with { Shift = pixels },
                ("rotate", { } degrees) => spec with { Rotate = degrees },
                _ => throw Wrong("pixels and degrees, as in shift:2,rotate:10"),
            };
        }

        return spec;
    }

    /// <summary>The error of a value that is not what it should be.</summary>
    public UsageException Wrong(string expected) => new($"{Source} is '{Text}': give {expected}.");

    private static double? TryNumber(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private int Size(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size > 0
            ? size
            : throw Wrong("sizes of 1 or more, as in 28x28");
}
