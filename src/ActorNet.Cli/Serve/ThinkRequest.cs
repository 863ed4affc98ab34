using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Serve;

/// <summary>What the network is to think about: either the network's own inputs, or a drawing that is first made into them.</summary>
/// <param name="Inputs">As many numbers as the network has inputs: 0 to 1, or bytes, which is taken for granted where one is above 1.</param>
/// <param name="Width">A drawing's columns.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Pixels">Its pixels row by row, 0 for paper and 255 for ink; in JSON as base64.</param>
internal sealed record ThinkRequest(float[]? Inputs = null, int Width = 0, int Height = 0, byte[]? Pixels = null)
{
    /// <summary>The longest side of a drawing.</summary>
    private const int MostSide = 280;

    private static readonly JsonSerializerOptions _json = new(RunJson.Line) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Reads a request, and makes the network's inputs of it.</summary>
    /// <exception cref="ProblemException">It is not what it should be.</exception>
    public static async Task<float[]> ReadAsync(HttpRequest request, PictureInput input)
    {
        // A drawing in base64, or the inputs with as many digits as a float can have.
        var most = Math.Max(2 * MostSide * MostSide, 20 * input.Width * input.Height * input.Channels) + 1_000;
        var body = await JsonBody.ReadAsync(request, most, "", $"send a drawing of at most {MostSide} x {MostSide} pixels, or the network's inputs").ConfigureAwait(false);
        try
        {
            return (JsonSerializer.Deserialize<ThinkRequest>(body, _json) ?? new ThinkRequest()).ToInputs(input);
        }
        catch (JsonException error)
        {
            throw Wrong($"The body is not what this takes ({error.Message.TrimEnd('.')}): send {{\"inputs\":[…]}}, or {{\"width\":…,\"height\":…,\"pixels\":\"…\"}} with the bytes in base64.");
        }
    }

    /// <summary>The neuron that a query asks for; null for none.</summary>
    /// <exception cref="ProblemException">A part is missing or no number.</exception>
    public static NeuronPlace? Neuron(HttpRequest request)
    {
        if (!request.Query.ContainsKey("layer") && !request.Query.ContainsKey("index"))
        {
            return null;
        }

        return new NeuronPlace(Number(request, "layer"), Number(request, "index"));
    }

    /// <summary>A whole number of the query.</summary>
    /// <exception cref="ProblemException">It is missing, or none.</exception>
    public static int Number(HttpRequest request, string name) =>
        int.TryParse((string?)request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw Wrong($"{name} is '{request.Query[name]}': give a whole number of 0 or more.");

    private float[] ToInputs(PictureInput input) => (Inputs, Pixels) switch
    {
        ({ } inputs, null) => OfNumbers(inputs, input),
        (null, { } pixels) => OfDrawing(pixels, input),
        _ => throw Wrong("Send either inputs or a drawing: one of 'inputs' and 'pixels'."),
    };

    private static float[] OfNumbers(float[] inputs, PictureInput input)
    {
        var size = input.Width * input.Height * input.Channels;
        if (inputs.Length != size)
        {
            throw Wrong($"inputs has {inputs.Length} numbers, the network takes {size}: give as many, row by row.");
        }

        if (inputs.Any(value => value is not (>= 0 and <= 255)))
        {
            throw Wrong("inputs has numbers outside of 0 to 255: give 0 to 1, or bytes.");
        }

        return inputs.Max() <= 1 ? inputs : [.. inputs.Select(value => value * (1 / 255f))];
    }

    private float[] OfDrawing(byte[] pixels, PictureInput input)
    {
        if (Width is < 1 or > MostSide || Height is < 1 or > MostSide)
        {
            throw Wrong($"The drawing is {Width} x {Height}: give a width and a height from 1 to {MostSide}.");
        }

        return pixels.Length == Width * Height
            ? input.ToInputs(input.Place(new GreyPicture(Width, Height, pixels)))
            : throw Wrong($"pixels has {pixels.Length} bytes for a drawing of {Width} x {Height}: give {Width * Height}.");
    }

    private static ProblemException Wrong(string detail) => new(StatusCodes.Status400BadRequest, detail);
}
