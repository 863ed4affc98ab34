using System.CommandLine;
using ActorNet.Cli.Commands;

namespace ActorNet.Cli.Settings;

/// <summary>Something that a person can turn on with a flag, or else with the environment variable that mirrors it.</summary>
internal sealed class Switch(string flag, string description)
{
    /// <summary>The flag as the parser knows it.</summary>
    public Option<bool> Option { get; } = new(flag) { Description = description };

    /// <summary>Whether it is on.</summary>
    /// <exception cref="UsageException">The environment variable says neither yes nor no.</exception>
    public bool IsOn(ParseResult parse)
    {
        if (parse.GetResult(Option) is { Implicit: false })
        {
            return parse.GetValue(Option);
        }

        var variable = Setting.VariableOf(flag);
        return Environment.GetEnvironmentVariable(variable)?.ToLowerInvariant() switch
        {
            null or "" or "0" or "false" => false,
            "1" or "true" => true,
            var other => throw new UsageException($"{variable} is '{other}': give 1 or 0."),
        };
    }
}
