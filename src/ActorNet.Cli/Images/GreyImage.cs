using ActorNet.Core;
using SkiaSharp;

namespace ActorNet.Cli.Images;

/// <summary>A square grey image as the data sets have it: bright on dark, 0 to 255.</summary>
/// <param name="Pixels">Row by row.</param>
/// <param name="Note">What was done to the file's image; null for nothing.</param>
internal sealed record GreyImage(byte[] Pixels, string? Note)
{
    private const int MostPixels = 100_000_000;

    /// <summary>Reads an image file.</summary>
    /// <param name="path">PGM, or any format that Skia reads.</param>
    /// <param name="side">Columns and rows wanted: an image of that size is taken as it is, another is scaled to fit and centred.</param>
    /// <exception cref="ActorNetException">The file is missing or no image.</exception>
    public static GreyImage Load(string path, int side)
    {
        var (width, height, pixels) = Decode(path, Read(path));
        var notes = new List<string>();
        if (IsDarkOnBright(pixels, width, height))
        {
            pixels = [.. pixels.Select(pixel => (byte)(255 - pixel))];
            notes.Add("inverted");
        }

        if (width != side || height != side)
        {
            notes.Add($"scaled from {width} x {height}");
            pixels = Fit(pixels, width, height, side);
        }

        return new GreyImage(pixels, notes.Count == 0 ? null : string.Join(", ", notes));
    }

    /// <summary>The pixels as a network's inputs, 0 to 1.</summary>
    public float[] ToInputs() => [.. Pixels.Select(pixel => pixel * (1f / 255f))];

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"image '{path}' cannot be read ({error.Message}): give an image file or the number of a test sample.", error);
        }
    }

    private static (int Width, int Height, byte[] Pixels) Decode(string path, byte[] content)
    {
        if (PgmFile.IsPgm(content))
        {
            return PgmFile.Decode(content, path);
        }

        using var codec = SKCodec.Create(new MemoryStream(content));
        if (codec is null || (long)codec.Info.Width * codec.Info.Height is < 1 or > MostPixels)
        {
            throw new ActorNetException($"'{path}' is not an image that can be read: give a PNG, JPEG, BMP, WebP or PGM file.");
        }

        using var bitmap = SKBitmap.Decode(codec) ?? throw new ActorNetException($"'{path}' is damaged: its pixels cannot be decoded.");
        return (bitmap.Width, bitmap.Height, ToGrey(bitmap));
    }

    /// <summary>Luma (ITU-R BT.601), transparent pixels over white as on paper.</summary>
    private static byte[] ToGrey(SKBitmap bitmap) =>
    [
        .. bitmap.Pixels.Select(color =>
        {
            var luma = ((299 * color.Red) + (587 * color.Green) + (114 * color.Blue)) / 1000;
            return (byte)(((luma * color.Alpha) + (255 * (255 - color.Alpha))) / 255);
        }),
    ];

    /// <summary>Whether the border is bright, as paper is.</summary>
    private static bool IsDarkOnBright(byte[] pixels, int width, int height)
    {
        var border = Enumerable.Range(0, width).SelectMany(x => (byte[])[pixels[x], pixels[((height - 1) * width) + x]])
            .Concat(Enumerable.Range(0, height).SelectMany(y => (byte[])[pixels[y * width], pixels[(y * width) + width - 1]]));
        return border.Average(pixel => pixel) > 127.5;
    }

    private static byte[] Fit(byte[] pixels, int width, int height, int side)
    {
        var scale = (double)side / Math.Max(width, height);
        var (newWidth, newHeight) = (Math.Max(1, (int)Math.Round(width * scale)), Math.Max(1, (int)Math.Round(height * scale)));
        using var image = SKImage.FromPixelCopy(new SKImageInfo(width, height, SKColorType.Gray8, SKAlphaType.Opaque), pixels, width);
        using var source = SKBitmap.FromImage(image);
        using var scaled = source.Resize(
            new SKImageInfo(newWidth, newHeight, SKColorType.Gray8, SKAlphaType.Opaque), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        var fitted = new byte[side * side];
        var (left, top) = ((side - newWidth) / 2, (side - newHeight) / 2);
        for (var y = 0; y < newHeight; y++)
        {
            scaled.GetPixelSpan().Slice(y * scaled.RowBytes, newWidth).CopyTo(fitted.AsSpan(((top + y) * side) + left));
        }

        return fitted;
    }
}
