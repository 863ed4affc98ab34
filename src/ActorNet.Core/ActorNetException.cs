namespace ActorNet.Core;

/// <summary>An error that a user can cause and mend: its message says what is wrong, where, and what to do about it, in one line.</summary>
public class ActorNetException : Exception
{
    /// <summary>The most characters of a message's beginning, where it is too long to be read.</summary>
    private const int Beginning = 3_000;

    /// <summary>The most characters of its end, which says what to do.</summary>
    private const int End = 1_000;

    /// <summary>An error with its one-line message.</summary>
    public ActorNetException(string message) : base(OneLine(message)) { }

    /// <summary>An error with its one-line message and the exception that caused it.</summary>
    public ActorNetException(string message, Exception cause) : base(OneLine(message), cause) { }

    /// <summary>Messages quote what is in files and what other nodes said: nothing of that may break the line, be an order to a terminal, or fill the screen.</summary>
    private static string OneLine(string message)
    {
        var readable = message.Length <= Beginning + End
            ? message
            : $"{message.AsSpan(0, Beginning)} … ({message.Length - Beginning - End:N0} characters) … {message.AsSpan(message.Length - End)}";
        return !readable.Any(char.IsControl)
            ? readable
            : string.Concat(readable.ReplaceLineEndings(" ").Select(letter => letter == '\t' ? ' ' : char.IsControl(letter) ? '\uFFFD' : letter));
    }
}
