using Spectre.Console;

namespace ActorNet.Cli.Rendering;

/// <summary>Where a command writes for people: a live terminal, or a pipe or file that gets plain lines.</summary>
internal sealed class Terminal
{
    /// <summary>Columns of lines off a terminal.</summary>
    private const int PlainWidth = 100;

    private Terminal(TextWriter writer, bool redirected)
    {
        Writer = writer;
        IsLive = !redirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        HasColour = IsLive && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
    }

    /// <summary>Receives lines.</summary>
    public TextWriter Writer { get; }

    /// <summary>Whether a line can be painted over.</summary>
    public bool IsLive { get; }

    /// <summary>Whether colours are welcome.</summary>
    public bool HasColour { get; }

    /// <summary>Columns of a line, now: a terminal may change.</summary>
    public int Width
    {
        get
        {
            try
            {
                return IsLive && Console.WindowWidth > 0 ? Console.WindowWidth : PlainWidth;
            }
            catch (IOException)
            {
                return PlainWidth;
            }
        }
    }

    /// <summary>The terminal of stdout.</summary>
    public static Terminal Output() => new(Console.Out, Console.IsOutputRedirected);

    /// <summary>The terminal of stderr.</summary>
    public static Terminal Error() => new(Console.Error, Console.IsErrorRedirected);

    /// <summary>A text in green: something good.</summary>
    public string Good(string text) => Style("32", text);

    /// <summary>A text in bold.</summary>
    public string Strong(string text) => Style("1", text);

    /// <summary>A text in grey: less important.</summary>
    public string Faint(string text) => Style("90", text);

    /// <summary>A text in yellow: something to look at.</summary>
    public string Warning(string text) => Style("33", text);

    /// <summary>Writes a table as it fits.</summary>
    public void Write(Table table)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = HasColour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = HasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(Writer),
        });
        console.Profile.Width = Width;
        console.Write(IsLive ? TableFit.ToTerminal(table, console) : table.NoBorder());
    }

    private string Style(string code, string text) => HasColour ? $"\e[{code}m{text}\e[0m" : text;
}
