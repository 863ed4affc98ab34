using ActorNet.Core;

namespace ActorNet.Cli.Commands;

/// <summary>What a person asked for makes no sense, whatever the files and the data say: exit code 2.</summary>
internal sealed class UsageException : ActorNetException
{
    public UsageException(string message)
        : base(message)
    {
    }

    private UsageException(ActorNetException cause)
        : base(cause.Message, cause)
    {
    }

    /// <inheritdoc cref="Check{T}"/>
    public static void Check(Action check) => Check(() =>
    {
        check();
        return true;
    });

    /// <summary>Runs a check of what was asked for: what it refuses is an error of usage.</summary>
    public static T Check<T>(Func<T> check)
    {
        try
        {
            return check();
        }
        catch (ActorNetException error) when (error is not UsageException)
        {
            throw new UsageException(error);
        }
    }
}
