using System.CommandLine;
using ActorNet.Cli.Commands;

namespace ActorNet.Cli.Settings;

/// <summary>One thing that a person can say with a flag, or else with the environment variable that mirrors it.</summary>
internal sealed class Setting
{
    /// <summary>A setting.</summary>
    /// <param name="flag">Its flag, e.g. <c>--batch-size</c>: the variable is then <c>ACTORNET_BATCH_SIZE</c>.</param>
    /// <param name="value">What stands for its value in the help.</param>
    /// <param name="description">What it does, and its default.</param>
    /// <param name="words">Values to offer for completion.</param>
    public Setting(string flag, string value, string description, params IEnumerable<string> words)
    {
        Option = new Option<string?>(flag) { HelpName = value, Description = description };
        Option.CompletionSources.Add([.. words]);
        Variable = VariableOf(flag);
    }

    /// <summary>The flag as the parser knows it.</summary>
    public Option<string?> Option { get; }

    /// <summary>The environment variable.</summary>
    public string Variable { get; }

    /// <summary>The environment variable that mirrors a flag.</summary>
    public static string VariableOf(string flag) => "ACTORNET_" + flag.TrimStart('-').Replace('-', '_').ToUpperInvariant();

    /// <summary>What was said: by the flag, else by the environment; null for nothing. A flag that needs no value and has none gives an empty text.</summary>
    /// <exception cref="UsageException">The flag's value is empty: a script's variable that was not set.</exception>
    public Said? Find(ParseResult parse)
    {
        if (parse.GetResult(Option) is { Implicit: false })
        {
            return parse.GetValue(Option) is { Length: 0 }
                ? throw new UsageException($"{Option.Name} is empty: give it a value, or leave it out.")
                : new Said(parse.GetValue(Option) ?? "", Option.Name);
        }

        return Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? new Said(text, Variable) : null;
    }
}
