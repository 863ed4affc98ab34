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
    /// <param name="set">The data set, of classes.</param>
    /// <param name="image">How its inputs, 0 to 1, are pictures.</param>
    /// <param name="columns">Images in a row.</param>
    /// <param name="rowsPerLabel">Rows of each label.</param>
    public static void Write(Stream png, DataSet set, ImageShape image, int columns, int rowsPerLabel)
    {
        ArgumentNullException.ThrowIfNull(png);
        ArgumentNullException.ThrowIfNull(set);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rowsPerLabel);
        int width = columns * (image.Width + Gap), height = set.TargetSize * rowsPerLabel * (image.Height + Gap);
        var grey = Compose(set, image, columns, rowsPerLabel, new byte[width * height]);
        using var bitmap = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), grey, width);
        using var encoded = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        encoded.SaveTo(png);
    }

    private static byte[] Compose(DataSet set, ImageShape image, int columns, int rowsPerLabel, byte[] grey)
    {
        Array.Fill(grey, GapGrey);
        var (perLabel, stride) = (columns * rowsPerLabel, columns * (image.Width + Gap));
        var (placed, full) = (new int[set.TargetSize], 0);
        var (inputs, targets) = (new float[set.InputSize], new float[set.TargetSize]);
        // A set of millions need not be read to its end for a sheet of hundreds.
        for (var i = 0; i < set.Count && full < set.TargetSize; i++)
        {
            set.Read(i, inputs, targets);
            var label = targets.AsSpan().IndexOf(1f);
            if (placed[label] < perLabel)
            {
                var (row, column) = Math.DivRem((label * perLabel) + placed[label]++, columns);
                Place(inputs, image, grey.AsSpan((row * (image.Height + Gap) * stride) + (column * (image.Width + Gap))), stride);
                full += placed[label] == perLabel ? 1 : 0;
            }
        }
        return grey;
    }

    private static void Place(float[] inputs, ImageShape image, Span<byte> target, int stride)
    {
        for (var y = 0; y < image.Height; y++)
        {
            for (var x = 0; x < image.Width; x++)
            {
                target[(y * stride) + x] = (byte)(Math.Clamp(inputs[(y * image.Width) + x], 0f, 1f) * 255f + 0.5f);
            }
        }
    }
}
