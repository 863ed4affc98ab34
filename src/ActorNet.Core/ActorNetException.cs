namespace ActorNet.Core;

/// <summary>An error that a user can cause and mend: its message says what is wrong, where, and what to do about it, in one line.</summary>
public class ActorNetException : Exception
{
    /// <summary>An error with its one-line message.</summary>
    public ActorNetException(string message) : base(message) { }

    /// <summary>An error with its one-line message and the exception that caused it.</summary>
    public ActorNetException(string message, Exception cause) : base(message, cause) { }
}
