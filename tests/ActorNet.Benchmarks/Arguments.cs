using System.Globalization;

namespace ActorNet.Benchmarks;

/// <summary>A verb's options, each <c>--name value</c>.</summary>
internal sealed class Arguments
{
    private readonly Dictionary<string, string> _values = [];

    /// <exception cref="UsageException">An option is not among the allowed ones, or lacks its value.</exception>
    public Arguments(ReadOnlySpan<string> arguments, params ReadOnlySpan<string> allowed)
    {
        for (var i = 0; i < arguments.Length; i += 2)
        {
            if (!allowed.Contains(arguments[i]))
            {
                throw new UsageException($"there is no option {arguments[i]} here: there is {string.Join(", ", allowed)}");
            }
            if (i + 1 == arguments.Length)
            {
                throw new UsageException($"{arguments[i]} lacks its value");
            }
            _values[arguments[i]] = arguments[i + 1];
        }
    }

    public string? Text(string name) => _values.GetValueOrDefault(name);

    public int Count(string name, int otherwise, int most = 1000) => (int)Number(name, otherwise, most, whole: true);

    public TimeSpan Seconds(string name, double otherwise) => TimeSpan.FromSeconds(Number(name, otherwise, most: 1000, whole: false));

    /// <summary>The items whose names a comma-separated option lists; all of them without it.</summary>
    public IReadOnlyList<T> Choose<T>(string option, IReadOnlyList<T> all, Func<T, string> name) where T : class
    {
        if (Text(option) is not { } list)
        {
            return all;
        }
        return [.. list.Split(',').Select(wanted => all.FirstOrDefault(item => name(item) == wanted)
            ?? throw new UsageException($"{option} {wanted}: there is {string.Join(", ", all.Select(name))}"))];
    }

    public double Number(string name, double otherwise, int most, bool whole = false)
    {
        if (Text(name) is not { } text)
        {
            return otherwise;
        }
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || !(number > 0 && number <= most) || (whole && number != Math.Floor(number)))
        {
            throw new UsageException($"{name} {text}: it must be a positive {(whole ? "whole " : "")}number, at most {most}");
        }
        return number;
    }
}

/// <summary>The command line is not understood; the message says why.</summary>
internal sealed class UsageException(string message) : Exception(message);
