using ActorNet.Core.Data;
using ActorNet.Core.Data.Digits;

namespace ActorNet.Core.Tests.Data;

public sealed class BuiltInDigitsTests
{
    [Fact]
    public void The_first_images_are_the_same_bytes_on_every_machine() =>
        Assert.Equal("07a547c81c0f6f47b78901d3a5a26265a81200fdf5431b2c266c37832839a9fa", BuiltInDigits.Draw(0, 200, "x").Hash);

    [Fact]
    public void An_image_does_not_depend_on_those_drawn_before_it()
    {
        var many = BuiltInDigits.Draw(0, 50, "x");
        var few = BuiltInDigits.Draw(37, 3, "x");
        for (var i = 0; i < few.Count; i++)
        {
            Assert.Equal(many.Label(37 + i), few.Label(i));
            Assert.Equal(many.Pixels(37 + i), few.Pixels(i));
        }
    }

    [Fact]
    public void Another_seed_draws_other_digits()
    {
        var (one, two) = (new byte[784], new byte[784]);
        new DigitGenerator(1).Draw(0, one);
        new DigitGenerator(2).Draw(0, two);
        Assert.NotEqual(one, two);
    }

    [Fact]
    public void Digits_are_normalised_as_mnist_is()
    {
        var set = BuiltInDigits.Draw(0, 1000, "x");
        var labels = new int[10];
        for (var i = 0; i < set.Count; i++)
        {
            labels[set.Label(i)]++;
            var pixels = set.Pixels(i);
            double mass = 0, massX = 0, massY = 0;
            int left = 28, right = 0, top = 28, bottom = 0;
            for (var p = 0; p < pixels.Length; p++)
            {
                mass += pixels[p];
                massX += pixels[p] * (p % 28);
                massY += pixels[p] * (p / 28);
                if (pixels[p] > 127)
                {
                    (left, right) = (Math.Min(left, p % 28), Math.Max(right, p % 28));
                    (top, bottom) = (Math.Min(top, p / 28), Math.Max(bottom, p / 28));
                }
            }
            Assert.True(mass / 255 is > 15 and < 350, $"image {i}: {mass / 255:F0} pixels of ink");
            Assert.True(Math.Abs((massX / mass) - 13.5) < 0.6 && Math.Abs((massY / mass) - 13.5) < 0.6, $"image {i} is off the centre");
            Assert.True(Math.Max(right - left, bottom - top) is > 14 and < 24, $"image {i} does not fill its box");
        }
        Assert.All(labels, count => Assert.InRange(count, 60, 140));
    }

    [Fact]
    public void Every_way_to_write_a_digit_is_consistent()
    {
        Assert.Equal(10, DigitSkeletons.ByDigit.Count);
        foreach (var shapes in DigitSkeletons.ByDigit)
        {
            Assert.Equal(100, shapes.Sum(shape => shape.Percent));
            Assert.All(shapes, shape => Assert.All(shape.Examples, example => Assert.Equal(2 * shape.Kinds.Length, example.Length)));
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void The_cache_is_written_once_read_back_and_mended()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var (training, test) = BuiltInDigits.Open(folder.Path, warnings.Add);
        Assert.Equal((60_000, 10_000), (training.Count, test.Count));
        Assert.Equal((BuiltInDigits.TrainingHash, BuiltInDigits.TestHash), (training.Hash, test.Hash));
        var files = Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);
        Assert.Equal(4, files.Length);
        Assert.True(MnistFiles.AreIn(Path.GetDirectoryName(files[0])!));
        var written = File.GetLastWriteTimeUtc(files[0]);

        Assert.Equal(test.Hash, BuiltInDigits.Open(folder.Path, warnings.Add).Test.Hash);
        Assert.Equal(written, File.GetLastWriteTimeUtc(files[0]));
        Assert.Empty(warnings);

        foreach (var damage in new Action<string>[] { FlipABit, CutShort })
        {
            var images = files.Single(file => Path.GetFileName(file) == "t10k-images-idx3-ubyte");
            damage(images);
            Assert.Equal(BuiltInDigits.TestHash, BuiltInDigits.Open(folder.Path, warnings.Add).Test.Hash);
            Assert.Contains(images, Assert.Single(warnings), StringComparison.Ordinal);
            warnings.Clear();
            Assert.Equal(BuiltInDigits.TestHash, BuiltInDigits.Open(folder.Path, warnings.Add).Test.Hash);
            Assert.Empty(warnings);
        }
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_cache_that_cannot_be_written_costs_only_a_warning()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        var warnings = new List<string>();

        var (_, test) = BuiltInDigits.Open(folder["file"], warnings.Add);

        Assert.Equal(BuiltInDigits.TestHash, test.Hash);
        Assert.Equal(2, warnings.Count);
        Assert.All(warnings, warning => Assert.Contains(folder["file"], warning, StringComparison.Ordinal));
    }

    private static void FlipABit(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.Position = 1000;
        var value = file.ReadByte();
        file.Position = 1000;
        file.WriteByte((byte)(value ^ 4));
    }

    private static void CutShort(string path)
    {
        using var file = new FileStream(path, FileMode.Open);
        file.SetLength(file.Length / 2);
    }
}
