using ActorNet.Cli.Runs;
using ActorNet.Core;

namespace ActorNet.Cli.Serve;

/// <summary>The picture that a network takes.</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Channels">Floats of a pixel, side by side: 1 for grey, 3 for colours, which a drawing has alike.</param>
internal sealed record PictureInput(int Width, int Height, int Channels)
{
    /// <summary>Sequences lie as pictures do, but have few features: nobody can draw on fewer pixels than this.</summary>
    private const int LeastSide = 6;

    /// <summary>Whether a drawing is centred as MNIST's digits are; in other sizes it is scaled as it stands.</summary>
    public bool IsCentred => (Width, Height) == (Centring.Side, Centring.Side);

    /// <summary>The picture that a model takes.</summary>
    /// <exception cref="ActorNetException">Its inputs are no picture.</exception>
    public static PictureInput Of(TrainedModel trained)
    {
        var spec = trained.Model.Spec;
        var side = (int)Math.Sqrt(spec.Inputs);
        var picture = spec.InputShape switch
        {
            null when side * side == spec.Inputs => new PictureInput(side, side, 1),
            [var height, var width] => new PictureInput(width, height, 1),
            [var height, var width, var channels and (1 or 3)] => new PictureInput(width, height, channels),
            _ => null,
        };
        return picture is { Width: >= LeastSide, Height: >= LeastSide }
            ? picture
            : throw new ActorNetException(
                $"{trained.Source} takes {(spec.InputShape is { } shape ? string.Join('x', shape) : $"{spec.Inputs} inputs")}, which is no picture that can be drawn: serve a model of "
                + "pictures, such as one that 'actornet train --data digits' makes, or ask this one with 'actornet predict'.");
    }

    /// <summary>A drawing as the network's training data lay.</summary>
    public GreyPicture Place(GreyPicture drawing)
    {
        if (IsCentred)
        {
            return Centring.Centre(drawing);
        }

        var scaled = drawing.ScaledInto(Width, Height);
        return scaled.On(Width, Height, (Height - scaled.Height) / 2, (Width - scaled.Width) / 2);
    }

    /// <summary>A picture as the network's inputs, 0 to 1.</summary>
    public float[] ToInputs(GreyPicture picture)
    {
        var inputs = new float[Width * Height * Channels];
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = picture.Pixels[i / Channels] * (1 / 255f);
        }

        return inputs;
    }

    /// <summary>Inputs as a picture: of colours the mean.</summary>
    public GreyPicture ToPicture(ReadOnlySpan<float> inputs)
    {
        var picture = new GreyPicture(Width, Height);
        for (var i = 0; i < picture.Pixels.Length; i++)
        {
            var sum = 0f;
            foreach (var channel in inputs.Slice(i * Channels, Channels))
            {
                sum += channel;
            }

            picture.Pixels[i] = (byte)Math.Round(255 * Math.Clamp(sum / Channels, 0, 1));
        }

        return picture;
    }
}
