using System.Text.Json.Nodes;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>What a process came to.</summary>
/// <param name="Command">What was run, for messages.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">All of stdout.</param>
/// <param name="Error">All of stderr.</param>
internal sealed record Outcome(string Command, int ExitCode, string Output, string Error)
{
    /// <summary>Stdout as one JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Output)!.AsObject();

    /// <summary>Fails unless the exit code is this one.</summary>
    public Outcome Ending(int exitCode)
    {
        Assert.True(exitCode == ExitCode, $"{Command}\nended with {ExitCode}, not {exitCode}\nstdout:\n{Output}\nstderr:\n{Error}");
        return this;
    }

    /// <summary>Fails unless it ended with this code and one line on stderr that has all of these words.</summary>
    public void Refusing(int exitCode, params IEnumerable<string> words)
    {
        Ending(exitCode);
        var line = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("actornet: ", line, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
    }
}
