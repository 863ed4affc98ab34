namespace ActorNet.Cli.Monitor;

/// <summary>A rectangle of a <see cref="Canvas"/>. What does not fit into it is cut off.</summary>
/// <param name="Canvas">The page.</param>
/// <param name="X">Its first column.</param>
/// <param name="Y">Its first row.</param>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
internal readonly record struct Pane(Canvas Canvas, int X, int Y, int Width, int Height)
{
    /// <summary>Some of its rows.</summary>
    public Pane Rows(int from, int count) => this with { Y = Y + from, Height = Math.Clamp(count, 0, Math.Max(Height - from, 0)) };

    /// <summary>Its rows from one on.</summary>
    public Pane Below(int from) => Rows(from, Height - from);

    /// <summary>Some of its columns.</summary>
    public Pane Columns(int from, int count) => this with { X = X + from, Width = Math.Clamp(count, 0, Math.Max(Width - from, 0)) };

    /// <summary>Writes a text in a row.</summary>
    /// <returns>The column after it.</returns>
    public int Write(int column, int row, string text, Ink ink = Ink.Plain)
    {
        if (row >= 0 && row < Height)
        {
            for (var i = 0; i < text.Length && column + i < Width; i++)
            {
                if (column + i >= 0)
                {
                    Canvas.Set(X + column + i, Y + row, text[i], ink);
                }
            }
        }

        return column + text.Length;
    }

    /// <summary>Writes a text that ends at the right edge, if it does not reach over what is to its left.</summary>
    public void WriteRight(int row, string text, Ink ink = Ink.Plain, int after = 0)
    {
        if (Width - text.Length >= after)
        {
            Write(Width - text.Length, row, text, ink);
        }
    }

    /// <summary>Fills a row with a bar that has a text at its left and another at its right.</summary>
    public void Bar(int row, string left, string right = "", Ink ink = Ink.Bar)
    {
        Write(0, row, new string(' ', Width), ink);
        Write(0, row, left, ink);
        WriteRight(row, right, ink, after: left.Length + 1);
    }

    /// <summary>Writes the title of a part of the screen: a line with words in it.</summary>
    public void Title(int row, string text, string right = "")
    {
        Write(0, row, new string('─', Width), Ink.Faint);
        var end = Write(1, row, $" {text} ", Ink.Strong);
        if (right.Length > 0)
        {
            WriteRight(row, $" {right} ─", Ink.Faint, after: end + 1);
        }
    }

    /// <summary>A text in lines of a width, broken between words where they allow it.</summary>
    public static IEnumerable<string> Wrap(string text, int width)
    {
        while (text.Length > width)
        {
            var space = text.LastIndexOf(' ', width);
            var end = space > 0 ? space : width;
            yield return text[..end];
            text = text[end..].TrimStart();
        }

        yield return text;
    }

    /// <summary>A text cut to a width, with a mark where it was cut.</summary>
    public static string Fit(string text, int width) => text.Length <= width ? text : width <= 1 ? text[..Math.Max(width, 0)] : text[..(width - 1)] + "…";
}
