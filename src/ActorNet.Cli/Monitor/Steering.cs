using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>Who steers a run, and how its answers are said.</summary>
internal static class Steering
{
    /// <summary>The person and the machine, as commands are recorded.</summary>
    public static string Me { get; } = $"{Environment.UserName}@{Environment.MachineName}";

    /// <summary>What became of a command, in one line: who asked, when, and at which step.</summary>
    public static string Line(CommandAnswer answer)
    {
        var message = PlainLine.Clean(answer.Message).TrimEnd('.');
        return $"{message} (asked by {PlainLine.Clean(answer.By)}, {Ages.Clock(answer.Time)} UTC, step {Rendering.Say.Count(answer.Step)})";
    }
}
