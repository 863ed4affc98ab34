using ActorNet.Core.Data;
using SkiaSharp;

namespace ActorNet.Cli.Rendering;

/// <summary>Many images of a data set on one PNG, white on black, in rows by label: a look before belief.</summary>
internal static class ContactSheet
{
    private const int Gap = 1;
    private const byte GapGrey = 80;

    /// <summary>
    /// Writes the first images of each label, labels in ascending order, each beginning a row; labels that have too few leave their row's rest
    /// empty.
    /// </summary>
    /// <param name="png">Receives the PNG.</param>
    /// <param name="images">The data set.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="rowsPerLabel">Rows of each label.</param>
    public static void Write(Stream png, ImageDataSet images, int columns, int rowsPerLabel)
    {
        ArgumentNullException.ThrowIfNull(png);
        ArgumentNullException.ThrowIfNull(images);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowsPerLabel);
        int width = columns * (images.Width + Gap), height = images.TargetSize * rowsPerLabel * (images.Height + Gap);
        var grey = Compose(images, columns, rowsPerLabel, width, height);
        using var bitmap = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), grey, width);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        encoded.SaveTo(png);
    }

    private static byte[] Compose(ImageDataSet images, int columns, int rowsPerLabel, int width, int height)
    {
        var grey = new byte[width * height];
        Array.Fill(grey, GapGrey);
        var perLabel = columns * rowsPerLabel;
        var placed = new int[images.TargetSize];
        for (var i = 0; i < images.Count; i++)
        {
            var label = images.Label(i);
            if (placed[label] < perLabel)
            {
                var (row, column) = Math.DivRem((label * perLabel) + placed[label]++, columns);
                Place(images, i, grey.AsSpan((row * (images.Height + Gap) * width) + (column * (images.Width + Gap))), width);
            }
        }
        return grey;
    }

    private static void Place(ImageDataSet images, int index, Span<byte> target, int stride)
    {
        for (var y = 0; y < images.Height; y++)
        {
            images.Pixels(index).Slice(y * images.Width, images.Width).CopyTo(target[(y * stride)..]);
        }
    }
}
