using System.Text.RegularExpressions;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Looks whether what a text of HOCON opens is closed. Akka.NET's parser takes the end of the text for the end of whatever is open, and a brace that closes nothing for
/// the end of the text: settings would not be where they seem to be, and nobody would hear of it.
/// </summary>
internal static partial class HoconBraces
{
    /// <summary>The first fault.</summary>
    /// <returns>What and in which line, as the beginning of a sentence; null when there is none.</returns>
    public static string? FindFault(string hocon)
    {
        var line = 1;
        var open = new Stack<(char Brace, int Line)>();
        foreach (var token in Tokens().EnumerateMatches(hocon))
        {
            var text = hocon.AsSpan(token.Index, token.Length);
            switch (text)
            {
                case "{" or "[":
                    open.Push((text[0], line));
                    break;
                case "}" or "]":
                    var opening = text[0] == '}' ? '{' : '[';
                    if (!open.TryPop(out var last))
                    {
                        return $"line {line}: {text[0]} closes nothing";
                    }

                    if (last.Brace != opening)
                    {
                        return $"line {line}: {text[0]} cannot close the {last.Brace} of line {last.Line}";
                    }

                    break;
                case "\"" or "\"\"\"":
                    return $"line {line}: the text that begins with {text} is never closed";
            }

            line += text.Count('\n');
        }

        return open.TryPop(out var never) ? $"line {never.Line}: {never.Brace} is never closed" : null;
    }

    /// <summary>Texts and comments, whole; what they could be the beginning of; braces; ends of lines.</summary>
    [GeneratedRegex("""
        \"{3}[\s\S]*?\"{3}|\"{3}|"(?:\\[\s\S]|[^"\\])*"|"|\#[^\n]*|//[^\n]*|[{}\[\]\n]
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Tokens();
}
