using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>Refuses a command line that cannot be understood, in one line, with the nearest name where something is misspelt.</summary>
internal static partial class UsageCheck
{
    /// <summary>Throws unless the command line is in order, or asks for help or completions.</summary>
    /// <exception cref="UsageException">What is wrong first.</exception>
    public static void Check(ParseResult parse)
    {
        if (parse.Action is HelpAction || parse.Tokens.Any(token => token.Type == TokenType.Directive))
        {
            return;
        }

        if (UnknownFlag(parse) is { } flag)
        {
            if (parse.CommandResult.Command.Subcommands.FirstOrDefault(sub => sub.Options.Any(option => option.Name == flag)) is { } owner)
            {
                throw new UsageException($"{flag} is a flag of '{FullName(parse)} {owner.Name}': name that command before it.");
            }

            throw new UsageException($"{Unknown("flag", flag, Flags(parse))} See '{FullName(parse)} --help'.");
        }

        if (parse.Errors.Count == 0)
        {
            return;
        }

        var command = parse.CommandResult.Command;
        if (parse.UnmatchedTokens.Count == 0)
        {
            throw new UsageException($"{parse.Errors[0].Message.TrimEnd('.')}: see '{FullName(parse)} --help'.");
        }

        var token = parse.UnmatchedTokens[0];
        throw new UsageException(command.Subcommands.Count > 0
            ? $"{Unknown("command", token, [.. command.Subcommands.Select(sub => sub.Name)])} See '{FullName(parse)} --help'."
            : $"'{token}' is one argument too many for '{FullName(parse)}': leave it out, or see --help.");
    }

    /// <summary>The first word that looks like a flag and is none: the parser would take it for an argument or a value.</summary>
    private static string? UnknownFlag(ParseResult parse) => parse.Tokens
        .TakeWhile(token => token.Type != TokenType.DoubleDash)
        .Where(token => token.Type == TokenType.Argument && FlagPattern().IsMatch(token.Value))
        .Select(token => token.Value.Split('=')[0])
        .FirstOrDefault();

    private static List<string> Flags(ParseResult parse) => [.. parse.CommandResult.Command.Options.Select(option => option.Name)];

    private static string Unknown(string what, string name, IReadOnlyCollection<string> known) =>
        NameSuggestion.Nearest(name, known) is { } nearest ? $"unknown {what} '{name}': did you mean '{nearest}'?" : $"unknown {what} '{name}'.";

    private static string FullName(ParseResult parse)
    {
        var names = new List<string>();
        for (SymbolResult? result = parse.CommandResult; result is CommandResult { Command: var command }; result = result.Parent)
        {
            names.Add(command is RootCommand ? "actornet" : command.Name);
        }

        names.Reverse();
        return string.Join(' ', names);
    }

    [GeneratedRegex("^--?[A-Za-z]")]
    private static partial Regex FlagPattern();
}
