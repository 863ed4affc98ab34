using ActorNet.Cli.Serve;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests.Serve;

public sealed class CentringTests(DigitModel digits, ITestOutputHelper output) : IClassFixture<DigitModel>
{
    private const int Side = 280;

    [Fact]
    public void The_centre_of_mass_comes_to_the_middle_within_half_a_pixel_wherever_it_was_drawn()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var i = 0; i < 50; i++)
        {
            var centred = Centring.Centre(Stroke(Point(), Point(), Point(), Point()));
            Assert.Equal((28, 28), (centred.Width, centred.Height));
            var (down, right) = centred.Centre();
            // The ink lies in a box of 20: where its mass is so near one end that the other would be lost, losing none comes first.
            Assert.True(Math.Abs(down - 14) <= 0.5001 || Touches(centred), $"seed {seed}, drawing {i}: the centre is at {down}");
            Assert.True(Math.Abs(right - 14) <= 0.5001 || Touches(centred), $"seed {seed}, drawing {i}: the centre is at {right}");
        }

        (double X, double Y) Point() => (20 + (240 * random.NextDouble()), 20 + (240 * random.NextDouble()));
    }

    [Theory]
    [InlineData(100, 50, 20, 10)]
    [InlineData(30, 120, 5, 20)]
    [InlineData(200, 200, 20, 20)]
    [InlineData(1, 240, 1, 20)]
    [InlineData(4, 2, 20, 10)]
    public void Proportions_are_kept_and_the_longer_side_has_twenty_pixels(int width, int height, int columns, int rows)
    {
        var ink = Centring.Centre(Block(left: 31, top: 17, width, height)).Cropped();
        Assert.Equal((columns, rows), (ink.Width, ink.Height));
        Assert.All(ink.Pixels, pixel => Assert.InRange(pixel, 250, 255));
    }

    [Fact]
    public void Nothing_drawn_is_an_empty_picture() => Assert.True(Centring.Centre(new GreyPicture(Side, Side)).IsEmpty);

    [Fact]
    public void A_single_dot_becomes_a_disc_in_the_middle()
    {
        var disc = Centring.Centre(Stroke((40, 250), (40, 250)));
        Assert.InRange(disc.Centre().Down, 13.5, 14.5);
        Assert.InRange(disc.Centre().Right, 13.5, 14.5);
        Assert.Equal((20, 20), (disc.Cropped().Width, disc.Cropped().Height));
        Assert.Equal(255, disc.Pixels[(14 * 28) + 14]);
        Assert.Equal(0, disc.Pixels[(4 * 28) + 4]);
    }

    [Fact]
    public void Edges_are_smooth() => Assert.InRange(Centring.Centre(Stroke((60, 40), (200, 240))).Pixels.Count(pixel => pixel is > 20 and < 235), 20, 200);

    [Fact]
    public void Faint_specks_do_no_harm() => Assert.True(Centring.Centre(new GreyPicture(Side, Side, Specks())).IsEmpty);

    [Fact]
    public void Ink_is_not_lost_where_its_mass_is_at_one_end()
    {
        var heavy = Block(left: 20, top: 20, 200, 60);
        for (var row = 80; row < 260; row++)
        {
            heavy.Pixels[(row * Side) + 120] = 255;
        }

        Assert.Equal(20, Centring.Centre(heavy).Cropped().Height);
    }

    [Fact]
    public void Digits_pasted_as_drawings_are_answered_as_well_as_they_are()
    {
        var test = BuiltInDigits.Draw(BuiltInDigits.TrainingCount, 1_000, "digits");
        var plain = digits.Model.Evaluate(test).Correct;
        var pasted = 0;
        for (var i = 0; i < test.Count; i++)
        {
            var (_, target) = test.Sample(i);
            var pixels = test.AllPixels.Slice(i * 784, 784);
            var drawing = new GreyPicture(140, 140);
            for (var p = 0; p < drawing.Pixels.Length; p++)
            {
                drawing.Pixels[p] = pixels[(p / 140 / 5 * 28) + (p % 140 / 5)];
            }

            pasted += digits.Model.Classify(new PictureInput(28, 28, 1).ToInputs(Centring.Centre(drawing))) == Scoring.Answer(target) ? 1 : 0;
        }

        output.WriteLine($"of 1,000 digits {plain} are answered rightly as they are, {pasted} as drawings");
        Assert.InRange(pasted, plain - 10, 1_000);
        Assert.InRange(plain, 850, 1_000);
    }

    private static bool Touches(GreyPicture picture) =>
        picture.Pixels.Index().Any(pixel => pixel.Item > 0 && (pixel.Index % 28 is 0 or 27 || pixel.Index / 28 is 0 or 27));

    private static byte[] Specks() => [.. Enumerable.Range(0, Side * Side).Select(i => (byte)(i is 300 or 70_000 ? 1 : 0))];

    private static GreyPicture Block(int left, int top, int width, int height)
    {
        var picture = new GreyPicture(Side, Side);
        for (var row = top; row < top + height; row++)
        {
            picture.Pixels.AsSpan((row * Side) + left, width).Fill(255);
        }

        return picture;
    }

    /// <summary>A line of a pen 22 pixels wide.</summary>
    private static GreyPicture Stroke(params (double X, double Y)[] points)
    {
        var picture = new GreyPicture(Side, Side);
        foreach (var ((x0, y0), (x1, y1)) in points.Zip(points.Skip(1)))
        {
            for (var i = 0; i <= 300; i++)
            {
                var (x, y) = (x0 + ((x1 - x0) * i / 300), y0 + ((y1 - y0) * i / 300));
                for (var row = (int)Math.Max(0, y - 11); row < Math.Min(Side, y + 11); row++)
                {
                    for (var column = (int)Math.Max(0, x - 11); column < Math.Min(Side, x + 11); column++)
                    {
                        if (Math.Pow(row + 0.5 - y, 2) + Math.Pow(column + 0.5 - x, 2) <= 121)
                        {
                            picture.Pixels[(row * Side) + column] = 255;
                        }
                    }
                }
            }
        }

        return picture;
    }
}
