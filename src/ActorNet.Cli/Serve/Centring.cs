namespace ActorNet.Cli.Serve;

/// <summary>
/// Makes a drawing into what MNIST's images are: «size normalized to fit in a 20x20 pixel box while preserving their aspect ratio», with grey levels by
/// anti-aliasing, and «centered in a 28x28 image by computing the center of mass of the pixels, and translating the image so as to position this point at the
/// center» (LeCun, Cortes and Burges, «The MNIST database»). The built-in digits are made in the same way.
/// </summary>
internal static class Centring
{
    /// <summary>Pixels per side of the finished image.</summary>
    public const int Side = 28;

    private const int Box = 20;

    /// <summary>Crops, scales and centres a drawing. It moves by whole pixels, and never so far that ink would be lost beyond the edge.</summary>
    public static GreyPicture Centre(GreyPicture drawing)
    {
        if (drawing.IsEmpty)
        {
            return new GreyPicture(Side, Side);
        }

        var ink = drawing.Cropped().ScaledInto(Box, Box);
        // So faint and so small that no pixel is left of it.
        if (ink.IsEmpty)
        {
            return new GreyPicture(Side, Side);
        }

        var (down, right) = ink.Centre();
        return ink.On(Side, Side, Start(down, ink.Height), Start(right, ink.Width));
    }

    private static int Start(double centre, int length) => Math.Clamp((int)Math.Round((Side / 2.0) - centre), 0, Side - length);
}
