namespace ActorNet.Cli.Rendering;

/// <summary>A grey image in characters: each stands for two pixels, one above the other, because characters are about twice as high as wide.</summary>
internal static class TextImage
{
    private const string Shades = " ░▒▓█";

    /// <summary>The lines of an image.</summary>
    /// <param name="pixels">0 (dark) to 1 (bright), row by row.</param>
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    public static IEnumerable<string> Draw(float[] pixels, int width, int height)
    {
        for (var y = 0; y < height; y += 2)
        {
            var line = new char[width];
            for (var x = 0; x < width; x++)
            {
                var upper = pixels[(y * width) + x];
                var lower = y + 1 < height ? pixels[((y + 1) * width) + x] : 0;
                line[x] = Shades[(int)Math.Round(Math.Clamp((upper + lower) / 2, 0, 1) * (Shades.Length - 1))];
            }

            yield return new string(line).TrimEnd();
        }
    }
}
