using System.Buffers.Binary;
using System.IO.Compression;
using ActorNet.Core.Data;

namespace ActorNet.Core.Tests.Data;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _pixels = [.. Enumerable.Range(0, 3 * 2 * 4).Select(i => (byte)(i * 10))];

    private string Images => _folder["images"];

    private string Labels => _folder["labels"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Reads_what_it_wrote(bool gzip)
    {
        Write(Images, ImagesFile(), gzip);
        Write(Labels, LabelsFile(7, 0, 9), gzip);

        var set = IdxFile.Read(Images, Labels, "three");

        Assert.Equal((3, 4, 2, 8, 10), (set.Count, set.Width, set.Height, set.InputSize, set.TargetSize));
        Assert.Equal(_pixels[8..16], set.Pixels(1).ToArray());
        Assert.Equal([7, 0, 9], Enumerable.Range(0, 3).Select(set.Label));
    }

    [Fact]
    public void Is_big_endian()
    {
        Assert.Equal([0, 0, 8, 3, 0, 0, 0, 3, 0, 0, 0, 2, 0, 0, 0, 4, 0, 10], ImagesFile()[..18]);
        Assert.Equal([0, 0, 8, 1, 0, 0, 0, 2, 5, 6], LabelsFile(5, 6));
    }

    [Fact]
    public void Missing_file_is_named() => Fails("does not exist", Images);

    [Fact]
    public void Missing_folder_is_named()
    {
        var path = Path.Combine(_folder["none"], "images");
        var e = Assert.Throws<ActorNetException>(() => IdxFile.Read(path, Labels, "x"));
        Assert.Contains($"'{path}' does not exist", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_a_file_is_refused()
    {
        Directory.CreateDirectory(Images);
        Fails("cannot be read", Images);
    }

    [Theory]
    [InlineData("", "too short")]
    [InlineData("PK", "too short")]
    [InlineData("index,label\n1,2\n", "begins with 0x696E6465")]
    public void Another_format_is_refused(string text, string trouble)
    {
        File.WriteAllText(Images, text);
        Fails(trouble, Images);
    }

    [Fact]
    public void Labels_in_place_of_images_are_refused()
    {
        Write(Images, LabelsFile(1, 2, 3));
        Fails("it holds labels", Images);
    }

    [Fact]
    public void A_truncated_header_is_refused()
    {
        Write(Images, ImagesFile()[..10]);
        Fails("truncated", Images);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Too_few_elements_are_refused(bool gzip)
    {
        Write(Images, ImagesFile()[..^1], gzip);
        Fails("promises 24 bytes, 23 are there", Images);
    }

    [Fact]
    public void A_gzip_file_cut_anywhere_is_refused()
    {
        var whole = Gzip(ImagesFile());
        Write(Labels, LabelsFile(1, 2, 3));
        for (var length = 0; length < whole.Length; length++)
        {
            Write(Images, whole[..length]);
            var e = Record.Exception(() => IdxFile.Read(Images, Labels, "x"));
            Assert.True(e is ActorNetException && e.Message.Contains(Images, StringComparison.Ordinal), $"cut to {length} bytes: {e}");
        }
    }

    [Fact]
    public void Damaged_gzip_is_refused()
    {
        var file = Gzip(ImagesFile());
        file[12] ^= 0xFF;
        file[13] ^= 0xFF;
        Write(Images, file);
        Fails("'", Images);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Trailing_bytes_are_refused(bool gzip)
    {
        Write(Images, [.. ImagesFile(), 0], gzip);
        Fails("goes on after the 24 bytes", Images);
    }

    [Fact]
    public void Different_counts_are_refused()
    {
        Write(Images, ImagesFile());
        Write(Labels, LabelsFile(1, 2));
        Fails("has 3 images but", Images);
        Fails("has 2 labels", Labels);
    }

    [Fact]
    public void A_label_out_of_range_is_named_with_its_index()
    {
        Write(Images, ImagesFile());
        Write(Labels, LabelsFile(1, 2, 10));
        Fails("label 10 at index 2", Labels);
    }

    [Theory]
    [InlineData(uint.MaxValue, 28u, 28u)]
    [InlineData(60_000u, 0u, 28u)]
    [InlineData(1u, 28u, 2_000_000_000u)]
    [InlineData(4_000_000u, 4096u, 4096u)]
    public void Absurd_sizes_are_refused_before_allocation(uint count, uint rows, uint columns)
    {
        var header = ImagesFile()[..16];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), count);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(8), rows);
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(12), columns);
        Write(Images, header);
        Fails("damaged", Images);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_promise_of_gigabytes_allocates_little(bool gzip)
    {
        var header = ImagesFile()[..16];
        BinaryPrimitives.WriteUInt32BigEndian(header.AsSpan(4), 200_000_000);
        Write(Images, header, gzip);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Fails("truncated", Images);
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - before, 0, 100_000_000);
    }

    [SkippableFact]
    public void Reads_mnist()
    {
        var folder = MnistFolder.Find();
        Skip.If(folder is null, "ACTORNET_MNIST does not name a folder with MNIST");

        var (training, test) = MnistFiles.Open(folder);

        Assert.Equal((60_000, 10_000, 784, 10), (training.Count, test.Count, training.InputSize, training.TargetSize));
        var perLabel = new int[10];
        for (var i = 0; i < training.Count; i++)
        {
            perLabel[((ImageDataSet)training).Label(i)]++;
        }
        Assert.Equal([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949], perLabel);
    }

    private void Fails(string trouble, string file)
    {
        var e = Assert.Throws<ActorNetException>(() => IdxFile.Read(Images, Labels, "x"));
        Assert.Contains(trouble, e.Message, StringComparison.Ordinal);
        Assert.Contains($"'{file}'", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', e.Message);
    }

    private byte[] ImagesFile()
    {
        var stream = new MemoryStream();
        IdxFile.WriteImages(stream, width: 4, height: 2, _pixels);
        return stream.ToArray();
    }

    private static byte[] LabelsFile(params byte[] labels)
    {
        var stream = new MemoryStream();
        IdxFile.WriteLabels(stream, labels);
        return stream.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }
        return stream.ToArray();
    }

    private static void Write(string path, byte[] content, bool gzip = false) => File.WriteAllBytes(path, gzip ? Gzip(content) : content);
}
