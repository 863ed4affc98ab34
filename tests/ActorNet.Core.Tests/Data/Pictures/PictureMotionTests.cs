using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorNet.Core.Data.Pictures;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Data.Pictures;

public sealed class PictureMotionTests
{
    public static TheoryData<int, int, int, double, double, double> Motions => new()
    {
        { 28, 28, 1, 1.3, -0.7, 12.5 },
        { 28, 28, 1, -2, 2, -180 },
        { 5, 9, 3, 0.25, 1.75, 33 },
        { 9, 4, 2, -3.5, 0, 90 },
        { 1, 7, 1, 0.5, 0.5, 0 },
        { 1, 1, 1, 0, 0, 45 },
    };

    /// <summary>Against a sum over all pixels, each weighted by how near it is to the place that is fetched: bilinear interpolation in another form.</summary>
    [Theory]
    [MemberData(nameof(Motions))]
    public void A_moved_picture_is_that_of_the_formula_in_double(int height, int width, int channels, double right, double down, double degrees)
    {
        var shape = new PictureShape(height, width, channels);
        var picture = Noise(height * width * channels);
        var moved = new float[picture.Length];
        new PictureMotion(right, down, degrees).Move(picture, moved, shape);
        var angle = Math.PI * degrees / 180;
        for (var i = 0; i < moved.Length; i++)
        {
            var (x, y, channel) = (i / channels % width, i / channels / width, i % channels);
            var (u, v) = (x - ((width - 1) / 2.0) - right, y - ((height - 1) / 2.0) - down);
            var sourceX = (u * Math.Cos(angle)) + (v * Math.Sin(angle)) + ((width - 1) / 2.0);
            var sourceY = (v * Math.Cos(angle)) - (u * Math.Sin(angle)) + ((height - 1) / 2.0);
            var expected = 0.0;
            for (var j = channel; j < picture.Length; j += channels)
            {
                var near = Math.Max(0, 1 - Math.Abs(sourceX - (j / channels % width))) * Math.Max(0, 1 - Math.Abs(sourceY - (j / channels / width)));
                expected += near * picture[j];
            }

            Assert.Equal(expected, moved[i], 1e-6);
        }
    }

    [Fact]
    public void Whole_pixels_are_moved_as_they_are()
    {
        float[] picture = [1, 2, 3, 4, 5, 6, 7, 8, 9], moved = new float[9];
        var shape = new PictureShape(3, 3, 1);
        new PictureMotion(1, 0, 0).Move(picture, moved, shape);
        Assert.Equal([0, 1, 2, 0, 4, 5, 0, 7, 8], moved);
        new PictureMotion(0, -1, 0).Move(picture, moved, shape);
        Assert.Equal([4, 5, 6, 7, 8, 9, 0, 0, 0], moved);
        new PictureMotion(0, 0, 90).Move(picture, moved, shape);
        Assert.Equal([7, 4, 1, 8, 5, 2, 9, 6, 3], moved.Select(pixel => MathF.Round(pixel)));
    }

    /// <summary>The bits on every machine.</summary>
    [Fact]
    public void The_bits_of_a_moved_picture_are_pinned()
    {
        var (picture, moved) = (Noise(784), new float[784]);
        new PictureMotion(1.3, -0.7, 12.5).Move(picture, moved, new PictureShape(28, 28, 1));
        Assert.Equal("167b3ed36240fb59", Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(moved)))[..16]);
    }

    private static float[] Noise(int length)
    {
        var noise = new RandomStream(3, RandomPurpose.Test);
        return [.. Enumerable.Range(0, length).Select(i => noise.Uniform((ulong)i))];
    }
}
