using System.Text.Json.Serialization;

namespace ActorNet.Cli.Serve;

/// <summary>A picture of ink on paper, row by row: 0 is paper, 255 is ink.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Pixels">Width × height.</param>
internal sealed record GreyPicture(int Width, int Height, byte[] Pixels)
{
    /// <summary>A picture without ink.</summary>
    public GreyPicture(int width, int height)
        : this(width, height, new byte[width * height])
    {
    }

    /// <summary>Whether there is no ink.</summary>
    [JsonIgnore]
    public bool IsEmpty => !Pixels.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>The smallest part that has all ink; the picture itself where it has none or is full.</summary>
    public GreyPicture Cropped()
    {
        if (IsEmpty)
        {
            return this;
        }

        var (top, bottom, left, right) = (0, Height - 1, 0, Width - 1);
        while (IsBlank(top, left, Width, 1))
        {
            top++;
        }

        while (IsBlank(bottom, left, Width, 1))
        {
            bottom--;
        }

        while (IsBlank(top, left, 1, bottom - top + 1))
        {
            left++;
        }

        while (IsBlank(top, right, 1, bottom - top + 1))
        {
            right--;
        }

        var cropped = new GreyPicture(right - left + 1, bottom - top + 1);
        for (var row = 0; row < cropped.Height; row++)
        {
            Row(top + row).Slice(left, cropped.Width).CopyTo(cropped.Row(row));
        }

        return cropped;
    }

    /// <summary>The picture as large as fits a box with its proportions kept, each pixel the mean of what it covers: edges come out smooth.</summary>
    public GreyPicture ScaledInto(int width, int height)
    {
        var scale = Math.Min((double)width / Width, (double)height / Height);
        var scaled = new GreyPicture(Math.Clamp((int)Math.Round(Width * scale), 1, width), Math.Clamp((int)Math.Round(Height * scale), 1, height));
        var (columns, rows) = (Shares(Width, scaled.Width), Shares(Height, scaled.Height));
        for (var row = 0; row < scaled.Height; row++)
        {
            for (var column = 0; column < scaled.Width; column++)
            {
                var ink = 0.0;
                foreach (var (y, high) in rows[row])
                {
                    foreach (var (x, wide) in columns[column])
                    {
                        ink += high * wide * Pixels[(y * Width) + x];
                    }
                }

                scaled.Row(row)[column] = (byte)Math.Round(ink);
            }
        }

        return scaled;
    }

    /// <summary>The picture on paper of another size; what would stand beyond its edges is cut off.</summary>
    public GreyPicture On(int width, int height, int top, int left)
    {
        var paper = new GreyPicture(width, height);
        for (var row = Math.Max(0, -top); row < Math.Min(Height, height - top); row++)
        {
            for (var column = Math.Max(0, -left); column < Math.Min(Width, width - left); column++)
            {
                paper.Row(top + row)[left + column] = Row(row)[column];
            }
        }

        return paper;
    }

    /// <summary>Where the ink's centre of mass is, in pixels from the upper left corner, a pixel's own centre being half a pixel in. There must be ink.</summary>
    public (double Down, double Right) Centre()
    {
        double mass = 0, down = 0, right = 0;
        for (var i = 0; i < Pixels.Length; i++)
        {
            mass += Pixels[i];
            down += Pixels[i] * ((i / Width) + 0.5);
            right += Pixels[i] * ((i % Width) + 0.5);
        }

        return (down / mass, right / mass);
    }

    private Span<byte> Row(int row) => Pixels.AsSpan(row * Width, Width);

    private bool IsBlank(int top, int left, int width, int height)
    {
        for (var row = top; row < top + height; row++)
        {
            if (Row(row).Slice(left, width).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>For each of some equal stretches of a line: which pixels it covers, and which share of it each of them is.</summary>
    private static (int Pixel, double Share)[][] Shares(int pixels, int stretches)
    {
        var length = (double)pixels / stretches;
        return [.. Enumerable.Range(0, stretches).Select(stretch =>
        {
            var (from, to) = (stretch * length, (stretch + 1) * length);
            var (first, end) = ((int)from, Math.Min((int)Math.Ceiling(to), pixels));
            return Enumerable.Range(first, end - first)
                .Select(pixel => (pixel, Math.Max(0, Math.Min(pixel + 1, to) - Math.Max(pixel, from)) / length))
                .ToArray();
        })];
    }
}
