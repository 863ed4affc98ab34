using ActorNet.Cli.Rendering;
using ActorNet.Core.Data;
using SkiaSharp;

namespace ActorNet.EndToEnd.Tests.Rendering;

public sealed class ContactSheetTests
{
    [Fact]
    public void Images_lie_in_rows_by_label_with_their_grey_values()
    {
        // Four 2 x 1 images with labels 1, 0, 1, 1: one row a label, two columns, so the fourth has no place.
        var images = new ImageDataSet("x", width: 2, height: 1, classes: 3, [1, 2, 3, 4, 5, 6, 7, 8], [1, 0, 1, 1]);
        using var png = new MemoryStream();

        ContactSheet.Write(png, images, new ImageShape(2, 1), columns: 2, rowsPerLabel: 1);

        png.Position = 0;
        using var bitmap = SKBitmap.Decode(png);
        Assert.Equal((2 * 3, 3 * 2), (bitmap.Width, bitmap.Height));
        const byte gap = 80;
        Assert.Equal([3, 4, gap, gap, gap, gap], Row(bitmap, 0));
        Assert.Equal([1, 2, gap, 5, 6, gap], Row(bitmap, 2));
        Assert.Equal([gap, gap, gap, gap, gap, gap], Row(bitmap, 4));
    }

    private static byte[] Row(SKBitmap bitmap, int y) => [.. Enumerable.Range(0, bitmap.Width).Select(x => bitmap.GetPixel(x, y).Red)];
}
