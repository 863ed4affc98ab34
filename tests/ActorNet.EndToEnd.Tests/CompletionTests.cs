using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

public sealed class CompletionTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("bash")]
    [InlineData("zsh")]
    [InlineData("fish")]
    [InlineData("pwsh")]
    public void Every_shell_has_a_script_that_asks_the_program(string shell) =>
        Assert.Contains("[suggest:", _work.Run("completions", shell).Ending(0).Output, StringComparison.Ordinal);

    [SkippableTheory]
    [InlineData("actornet tr", "train")]
    [InlineData("actornet train --epo", "--epochs")]
    [InlineData("actornet train --activation sigm", "sigmoid")]
    [InlineData("actornet train --data mn", "mnist")]
    public void Bash_completes_commands_flags_and_values(string line, string expected)
    {
        Skip.IfNot(File.Exists("/bin/bash"), "needs bash");
        _work.Write("completions.bash", _work.Run("completions", "bash").Ending(0).Output);
        _work.RunOther("bash", "-n", "completions.bash").Ending(0);
        var script = $$"""
            actornet() { {{Workspace.ShellCommand}} "$@"; }
            source completions.bash
            COMP_LINE='{{line}}' COMP_POINT={{line.Length}}
            COMP_WORDS=({{line}}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _actornet
            echo "${COMPREPLY[@]}"
            """;
        Assert.Equal(expected, _work.RunOther("bash", "-c", script).Ending(0).Output.Trim());
    }
}
