using System.IO.Compression;
using ActorNet.Core.Data;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>Small IDX files: 8 x 8 images of ten classes, each with a bright bar of its own on noise.</summary>
internal static class TinyDigits
{
    public const int Side = 8;
    private const int Classes = 10;

    /// <summary>Writes the four files.</summary>
    /// <returns>The folder's name.</returns>
    public static string Write(Workspace workspace, string folder = "tiny", int training = 400, int test = 100)
    {
        Directory.CreateDirectory(workspace.At(folder));
        WritePart(workspace.At(folder, "train"), training, seed: 1);
        WritePart(workspace.At(folder, "t10k"), test, seed: 2);
        return folder;
    }

    /// <summary>Compresses one of the files in place, cut off after a part of its bytes.</summary>
    public static void CompressCut(string path, double part)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(File.ReadAllBytes(path));
        }

        File.WriteAllBytes(path, packed.ToArray()[..(int)(packed.Length * part)]);
    }

    private static void WritePart(string prefix, int count, int seed)
    {
        var random = new Random(seed);
        var (pixels, labels) = (new byte[count * Side * Side], new byte[count]);
        for (var i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % Classes);
            var image = pixels.AsSpan(i * Side * Side, Side * Side);
            random.NextBytes(image);
            for (var p = 0; p < image.Length; p++)
            {
                var bar = p / 6 == labels[i];
                image[p] = (byte)(bar ? 155 + (image[p] / 3) : image[p] / 3);
            }
        }

        using (var images = File.Create(prefix + "-images-idx3-ubyte"))
        {
            IdxFile.WriteImages(images, Side, Side, pixels);
        }

        using var classes = File.Create(prefix + "-labels-idx1-ubyte");
        IdxFile.WriteLabels(classes, labels);
    }
}
