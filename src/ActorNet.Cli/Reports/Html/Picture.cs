using SkiaSharp;

namespace ActorNet.Cli.Reports.Html;

/// <summary>Small pictures inside the page, as PNG.</summary>
internal static class Picture
{
    // Blue and vermilion (Okabe and Ito 2008) are told apart by nearly everybody.
    private static readonly SKColor _positive = new(0, 114, 178);
    private static readonly SKColor _negative = new(213, 94, 0);

    /// <summary>Grey values as ink on paper: 0 is clear, 1 is full.</summary>
    /// <returns>A data URI.</returns>
    public static string Ink(ReadOnlySpan<float> values, int width, int height)
    {
        var pixels = new SKColor[width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var shade = (byte)(255 - Math.Round(255 * Math.Clamp(values[i], 0, 1)));
            pixels[i] = new SKColor(shade, shade, shade);
        }

        return Encode(pixels, width, height);
    }

    /// <summary>Values around zero: blue above, vermilion below, clear at zero, so that they look right on light and dark.</summary>
    /// <param name="values">The values, row by row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="limit">The value of full colour; above 0.</param>
    /// <returns>A data URI.</returns>
    public static string Diverging(ReadOnlySpan<float> values, int width, int height, float limit)
    {
        var pixels = new SKColor[width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (values[i] < 0 ? _negative : _positive).WithAlpha((byte)Math.Round(255 * Math.Min(1, Math.Abs(values[i]) / limit)));
        }

        return Encode(pixels, width, height);
    }

    private static string Encode(SKColor[] pixels, int width, int height)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Unpremul)) { Pixels = pixels };
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, quality: 100);
        return $"data:image/png;base64,{Convert.ToBase64String(png.AsSpan())}";
    }
}
