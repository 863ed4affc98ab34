using System.Globalization;
using ActorNet.Core;

namespace ActorNet.Cli.Images;

/// <summary>PGM, the grey image format of Netpbm: P2 (text) and P5 (bytes), up to 255 shades.</summary>
internal static class PgmFile
{
    private const int MostPixels = 100_000_000;

    /// <summary>Whether a file begins like one.</summary>
    public static bool IsPgm(ReadOnlySpan<byte> content) => content is [(byte)'P', (byte)'2' or (byte)'5', ..];

    /// <summary>Reads the pixels, scaled to 0 to 255.</summary>
    /// <exception cref="ActorNetException">The file is damaged.</exception>
    public static (int Width, int Height, byte[] Pixels) Decode(byte[] content, string path)
    {
        var position = 2;
        var (width, height, most) = (Next(), Next(), Next());
        if (width < 1 || height < 1 || most is < 1 or > 255 || (long)width * height > MostPixels)
        {
            throw Damaged(path);
        }

        // As text each pixel has a digit, and something between it and the next.
        var isText = content[1] == '2';
        if ((long)width * height > (isText ? (content.Length - position + 1) / 2 : content.Length - position - 1))
        {
            throw Damaged(path);
        }

        var pixels = new byte[width * height];
        if (!isText)
        {
            position++;
            content.AsSpan(position, pixels.Length).CopyTo(pixels);
        }
        else
        {
            for (var i = 0; i < pixels.Length; i++)
            {
                pixels[i] = Next() is var value and >= 0 && value <= most ? (byte)value : throw Damaged(path);
            }
        }

        return (width, height, [.. pixels.Select(pixel => (byte)(Math.Min((int)pixel, most) * 255 / most))]);

        int Next()
        {
            while (position < content.Length && (char.IsWhiteSpace((char)content[position]) || content[position] == '#'))
            {
                position = content[position] == '#' ? EndOfLine(content, position) : position + 1;
            }

            var start = position;
            while (position < content.Length && char.IsAsciiDigit((char)content[position]))
            {
                position++;
            }

            return int.TryParse(content.AsSpan(start, position - start), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;
        }
    }

    private static int EndOfLine(byte[] content, int position)
    {
        var end = content.AsSpan(position).IndexOf((byte)'\n');
        return end < 0 ? content.Length : position + end + 1;
    }

    private static ActorNetException Damaged(string path) => new($"'{path}' is damaged: it is not the PGM image that its beginning promises.");
}
