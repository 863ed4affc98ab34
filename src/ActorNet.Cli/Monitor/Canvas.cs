using System.Text;

namespace ActorNet.Cli.Monitor;

/// <summary>
/// A page of characters, each with its <see cref="Ink"/>. Everything that the monitor shows is drawn here first, so that the full screen, a page on stdout and
/// a test all see the same.
/// </summary>
/// <param name="width">Columns.</param>
/// <param name="height">Rows.</param>
internal sealed class Canvas(int width, int height)
{
    private readonly char[] _text = [.. Enumerable.Repeat(' ', width * height)];
    private readonly Ink[] _inks = new Ink[width * height];

    /// <summary>Columns.</summary>
    public int Width => width;

    /// <summary>Rows.</summary>
    public int Height => height;

    /// <summary>The whole page.</summary>
    public Pane Whole => new(this, 0, 0, width, height);

    /// <summary>A row as stretches of one ink each.</summary>
    public IEnumerable<(string Text, Ink Ink)> Stretches(int row)
    {
        var start = row * width;
        for (int from = start, end = start + width; from < end;)
        {
            var to = from + 1;
            while (to < end && _inks[to] == _inks[from])
            {
                to++;
            }

            yield return (new string(_text, from, to - from), _inks[from]);
            from = to;
        }
    }

    /// <summary>A row as text, without the blanks at its end.</summary>
    public string Row(int row) => new string(_text, row * width, width).TrimEnd();

    /// <summary>The rows as text, without the empty ones at the end.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        for (var row = 0; row < height; row++)
        {
            text.Append(Row(row)).Append('\n');
        }

        return text.ToString().TrimEnd('\n');
    }

    /// <summary>Sets one character.</summary>
    internal void Set(int column, int row, char character, Ink ink)
    {
        var at = (row * width) + column;
        // Names and messages come from other machines: none of them may steer this terminal, or put the columns out of line.
        _text[at] = char.IsControl(character) || char.IsSurrogate(character) ? '?' : character;
        _inks[at] = ink;
    }

    /// <summary>Makes everything drawn so far faint: it is out of date.</summary>
    internal void Fade()
    {
        for (var i = 0; i < _inks.Length; i++)
        {
            _inks[i] = _inks[i] is Ink.Selected or Ink.Bar ? _inks[i] : Ink.Faint;
        }
    }
}
