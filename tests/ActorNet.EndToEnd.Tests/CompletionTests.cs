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
    [InlineData("actornet train --activation = ta", "tanh")]
    [InlineData("actornet data ''", "download info preview shard")]
    [InlineData("actornet evaluate ''", "")]
    [InlineData("actornet inspect -", "--help --json -h")]
    [InlineData("actornet export --format = ", "npz onnx safetensors")]
    public void Bash_completes_commands_flags_and_values(string line, string expected)
    {
        Skip.IfNot(File.Exists("/bin/bash"), "needs bash");
        _work.Write("completions.bash", _work.Run("completions", "bash").Ending(0).Output);
        _work.RunOther("bash", "-n", "completions.bash").Ending(0);
        // The shell's words are apart where it breaks them, and '' stands for one that is not begun yet.
        var typed = line.Replace(" = ", "=", StringComparison.Ordinal).Replace("''", "", StringComparison.Ordinal);
        var script = $$"""
            actornet() { {{Workspace.ShellCommand}} "$@"; }
            source completions.bash
            COMP_LINE='{{typed}}' COMP_POINT={{typed.Length}}
            COMP_WORDS=({{line}}) COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            _actornet
            echo "${COMPREPLY[@]}"
            """;
        Assert.Equal(expected, _work.RunOther("bash", "-c", script).Ending(0).Output.Trim());
    }
}
