using ActorNet.Cluster.Hosting;
using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>Says on stderr, in one line, what went wrong.</summary>
internal static class ErrorReport
{
    /// <summary>The environment variable that shows where an error came from.</summary>
    public const string DebugVariable = "ACTORNET_DEBUG";

    /// <summary>Writes the line; with <see cref="DebugVariable"/> set, the stack trace too.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(Exception error)
    {
        var cause = error is AggregateException { InnerExceptions: [var only] } ? only : error;
        WriteLine(cause is ActorNetException
            ? cause.Message
            : $"unexpected {cause.GetType().Name}: {cause.Message} (a fault of the program; {DebugVariable}=1 shows where).");
        if (Environment.GetEnvironmentVariable(DebugVariable) is "1" or "true")
        {
            Console.Error.WriteLine(error);
        }

        return cause switch
        {
            UsageException => ExitCode.Usage,
            UnreachableException or HostUnknownException => ExitCode.Unreachable,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>Writes one line after the program's name.</summary>
    public static void WriteLine(string message)
    {
        try
        {
            Console.Error.WriteLine($"actornet: {message.ReplaceLineEndings(" ")}");
        }
        catch (Exception error) when (error is ActorNetException or IOException)
        {
            // Nobody is left to be told; the exit code remains.
        }
    }
}
