namespace ActorNet.Cli.Monitor;

/// <summary>A drawing in Braille dots, two by four in a character.</summary>
/// <param name="width">Characters in a row.</param>
/// <param name="height">Rows of characters.</param>
internal sealed class BrailleDots(int width, int height)
{
    // The bits of a Braille character, by row and column of its dots (Unicode, block U+2800).
    private static readonly int[] _bits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

    private readonly int[] _cells = new int[width * height];
    private readonly Ink[] _inks = new Ink[width * height];

    /// <summary>Columns of dots.</summary>
    public int Columns => 2 * width;

    /// <summary>Rows of dots.</summary>
    public int Rows => 4 * height;

    /// <summary>Sets the dot nearest to a place; none where there is no room for it.</summary>
    public void Dot((double Column, double Row) at, Ink ink)
    {
        // Halves all go the same way: to the nearest even number, every second dot of a level line would be missing.
        var (x, y) = ((int)Math.Floor(at.Column + 0.5), (int)Math.Floor(at.Row + 0.5));
        if (x >= 0 && x < Columns && y >= 0 && y < Rows)
        {
            var cell = (y / 4 * width) + (x / 2);
            _cells[cell] |= _bits[(y % 4 * 2) + (x % 2)];
            _inks[cell] = ink;
        }
    }

    /// <summary>Sets the dots of a line.</summary>
    public void Line((double Column, double Row) from, (double Column, double Row) to, Ink ink)
    {
        Dot(from, ink);
        Dot(to, ink);
        var steps = Math.Max(Math.Abs(to.Column - from.Column), Math.Abs(to.Row - from.Row));
        for (var i = 1; i < steps; i++)
        {
            Dot((from.Column + ((to.Column - from.Column) * i / steps), from.Row + ((to.Row - from.Row) * i / steps)), ink);
        }
    }

    /// <summary>Draws the characters that have dots.</summary>
    public void Draw(Pane pane)
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            if (_cells[i] != 0)
            {
                pane.Write(i % width, i / width, ((char)(0x2800 + _cells[i])).ToString(), _inks[i]);
            }
        }
    }
}
