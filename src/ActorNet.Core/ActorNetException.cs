namespace ActorNet.Core;

/// <summary>An error that a user can cause and mend: its message says what is wrong, where, and what to do about it, in one line.</summary>
public class ActorNetException : Exception
{
    /// <summary>An error with its one-line message.</summary>
    public ActorNetException(string message) : base(OneLine(message)) { }

    /// <summary>An error with its one-line message and the exception that caused it.</summary>
    public ActorNetException(string message, Exception cause) : base(OneLine(message), cause) { }

    /// <summary>Messages quote what is in files and what other nodes said: nothing of that may break the line, or be an order to a terminal.</summary>
    private static string OneLine(string message) => !message.Any(char.IsControl)
        ? message
        : string.Concat(message.ReplaceLineEndings(" ").Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter));
}
