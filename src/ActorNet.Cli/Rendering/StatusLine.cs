namespace ActorNet.Cli.Rendering;

/// <summary>The last line of a terminal, painted over as long as something goes on; off a terminal there is none.</summary>
internal sealed class StatusLine(Terminal terminal) : IDisposable
{
    private bool _shown;

    /// <summary>Paints the line. It must fit the width.</summary>
    public void Show(string text)
    {
        if (!terminal.IsLive)
        {
            return;
        }

        terminal.Writer.Write($"{(_shown ? "" : "\e[?25l")}\r\e[2K{text}");
        terminal.Writer.Flush();
        _shown = true;
    }

    /// <summary>Takes the line away, so that others can be written.</summary>
    public void Clear()
    {
        if (_shown)
        {
            terminal.Writer.Write("\r\e[2K\e[?25h");
            terminal.Writer.Flush();
            _shown = false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();
}
