using System.CommandLine;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>actornet completions</summary>
internal static class CompletionsCommand
{
    // Flags are offered once a hyphen is typed: before, they would stand in the way of commands, values and files.
    private static readonly Dictionary<string, string> _scripts = new()
    {
        ["bash"] = """
            # actornet completions: eval "$(actornet completions bash)"
            _actornet() {
                local IFS=$'\n' word="${COMP_WORDS[COMP_CWORD]}" hidden='-*'
                [[ $word == -* ]] && hidden=''
                [[ $word == '=' ]] && word=''
                COMPREPLY=($(compgen -X "$hidden" -W "$(actornet "[suggest:${COMP_POINT}]" "${COMP_LINE//=/ }" 2>/dev/null)" -- "$word"))
            }
            complete -o default -F _actornet actornet
            """,
        ["zsh"] = """
            # actornet completions: eval "$(actornet completions zsh)"
            _actornet() {
                local -a found
                found=("${(@f)$(actornet "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
                [[ $PREFIX == -* ]] || found=("${(@)found:#-*}")
                compadd -- ${found:#} || _files
            }
            compdef _actornet actornet
            """,
        ["fish"] = """
            # actornet completions: actornet completions fish | source
            function __actornet_complete
                set --local line (commandline --cut-at-cursor)
                set --local word (commandline --cut-at-cursor --current-token)
                set --local found (actornet "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
                string match --quiet -- '-*' "$word"; or set found (string match --invert -- '-*' $found)
                set found (string match -- "$word*" $found)
                test (count $found) -gt 0; and printf '%s\n' $found; or __fish_complete_path "$word"
            end
            complete --command actornet --no-files --arguments '(__actornet_complete)'
            """,
        ["pwsh"] = """
            # actornet completions: actornet completions pwsh | Out-String | Invoke-Expression
            Register-ArgumentCompleter -Native -CommandName actornet -ScriptBlock {
                param($wordToComplete, $commandAst, $cursorPosition)
                actornet "[suggest:$cursorPosition]" "$commandAst" 2>$null | Where-Object {
                    $_ -and ($_ -notlike '-*' -or $wordToComplete -like '-*')
                } | ForEach-Object {
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
