using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;

namespace ActorNet.EndToEnd.Tests.Containers;

/// <summary>What the program takes, for files that start it and that no compiler checks.</summary>
internal static class KnownSettings
{
    /// <summary>Variables that are no flag's.</summary>
    private static readonly string[] _others = ["ACTORNET_CACHE", "ACTORNET_DEBUG"];

    /// <summary>Fails unless the program takes a command line, and the command reads every variable of its own that the environment has.</summary>
    /// <param name="place">Where they are, for the message.</param>
    /// <param name="arguments">What follows the program's name.</param>
    /// <param name="variables">The names of the environment's variables; those of others do not matter.</param>
    public static void Check(string place, IReadOnlyList<string> arguments, IEnumerable<string> variables)
    {
        var line = $"{place}: actornet {string.Join(' ', arguments)}";
        var parse = CommandLine.Create().Parse(arguments);
        var refused = Record.Exception(() => UsageCheck.Check(parse));
        Assert.True(refused is null, $"{line}: {refused?.Message}");
        var command = parse.CommandResult.Command;
        Assert.True(command.Subcommands.Count == 0, $"{line} names no command");
        var known = command.Options.Select(option => Setting.VariableOf(option.Name)).Concat(_others).ToHashSet();
        Assert.All(
            variables.Where(variable => variable.StartsWith("ACTORNET_", StringComparison.Ordinal)),
            variable => Assert.True(known.Contains(variable), $"{line} does not read {variable}"));
    }
}
