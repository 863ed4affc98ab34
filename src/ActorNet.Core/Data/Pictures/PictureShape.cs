using ActorNet.Core.Models;

namespace ActorNet.Core.Data.Pictures;

/// <summary>How a sample's inputs are a picture: row by row, and in a row pixel by pixel, each of some channels.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
/// <param name="Channels">Floats of a pixel.</param>
internal readonly record struct PictureShape(int Height, int Width, int Channels)
{
    /// <summary>Floats of a row.</summary>
    public int RowLength => Width * Channels;

    /// <summary>The shape of a set's samples: what the set says, else what the network says of its inputs.</summary>
    /// <param name="data">The set.</param>
    /// <param name="model">The network.</param>
    /// <param name="purpose">What it is wanted for, for the error.</param>
    /// <exception cref="ActorNetException">They are no pictures.</exception>
    public static PictureShape Of(DataSet data, ModelSpec model, string purpose) => (data.Image, model.InputShape) switch
    {
        ({ } image, _) => new PictureShape(image.Height, image.Width, 1),
        (_, [var height, var width]) when height * width == data.InputSize => new PictureShape(height, width, 1),
        (_, [var height, var width, var channels]) when height * width * channels == data.InputSize => new PictureShape(height, width, channels),
        _ => throw new ActorNetException(
            $"{purpose} is for pictures, and nothing says that the {data.InputSize} inputs of '{data.Name}' are one: say so in the model's inputShape, as in [28, 28], or leave it out."),
    };
}
