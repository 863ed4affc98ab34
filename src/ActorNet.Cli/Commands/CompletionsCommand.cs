using System.CommandLine;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>actornet completions</summary>
internal static class CompletionsCommand
{
    private static readonly Dictionary<string, string> _scripts = new()
    {
        ["bash"] = """
            # actornet completions: eval "$(actornet completions bash)"
            _actornet() {
                local IFS=$'\n'
                local word="${COMP_WORDS[COMP_CWORD]}"
                COMPREPLY=($(compgen -W "$(actornet "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _actornet actornet
            """,
        ["zsh"] = """
            # actornet completions: eval "$(actornet completions zsh)"
            _actornet() {
                local -a found
                found=("${(@f)$(actornet "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                compadd -- ${found:#}
                _files
            }
            compdef _actornet actornet
            """,
        ["fish"] = """
            # actornet completions: actornet completions fish | source
            function __actornet_complete
                set --local line (commandline --cut-at-cursor)
                actornet "[suggest:"(string length -- $line)"]" "$line" 2>/dev/null
            end
            complete --command actornet --arguments '(__actornet_complete)'
            """,
        ["pwsh"] = """
            # actornet completions: actornet completions pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName actornet -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                actornet "[suggest:$cursorPosition]" "$commandAst" 2>$null | ForEach-Object {
                    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
                }
            }
            """,
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = $"{string.Join(", ", _scripts.Keys)}." };
        shell.CompletionSources.Add([.. _scripts.Keys]);
        var command = new Command("completions", "Print a script that completes commands, flags and their values in a shell.") { shell };
        command.SetAction(parse =>
        {
            var name = parse.GetRequiredValue(shell);
            Console.Out.WriteLine(_scripts.GetValueOrDefault(name) ?? throw new UsageException(NameSuggestion.Message("shell", name, _scripts.Keys)));
            return ExitCode.Done;
        });
        return command;
    }
}
