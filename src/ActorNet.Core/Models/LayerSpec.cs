using System.Globalization;
using System.Text.Json.Serialization;

namespace ActorNet.Core.Models;

/// <summary>What a layer is. What its kind does not use is left out.</summary>
/// <param name="Kind">The kind's name, one of <see cref="Layers.Names"/>.</param>
/// <param name="Size">Neurons of a dense layer, maps of a convolution, state of a recurrent layer; 0 for a kind whose outputs follow from its inputs.</param>
/// <param name="Activation">The activation's name.</param>
public sealed record LayerSpec(string Kind, int Size = 0, string Activation = "identity")
{
    /// <summary>The side of the square window of a convolution or of pooling.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Window { get; init; }

    /// <summary>The part of activations that dropout leaves out, 0 or more and under 1.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double Rate { get; init; }

    /// <summary>Whether a recurrent layer gives its state after every step, and not only after the last.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Sequence { get; init; }

    /// <summary>Whether the last feature of a recurrent layer's steps says if the step is there: 1, or 0 where it fills the sequence up.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Masked { get; init; }

    /// <summary>Steps after each of which a recurrent layer's gradient goes no further back; 0 for full backpropagation through time.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Truncate { get; init; }

    /// <summary>The layer in a word: 100 for a dense one, conv20x5, pool2, dropout0.5, lstm64.</summary>
    public override string ToString() => Kind switch
    {
        "dense" => Text(Size),
        "conv" => $"conv{Text(Size)}x{Text(Window)}",
        "pool" => $"pool{Text(Window)}",
        "dropout" => $"dropout{Text(Rate)}",
        _ => Size == 0 ? Kind : $"{Kind}{Text(Size)}",
    };

    /// <summary>The size of a layer that must have one.</summary>
    /// <param name="what">What it counts, for the error.</param>
    /// <exception cref="ActorNetException">It is not positive.</exception>
    internal int RequireSize(string what) =>
        Size > 0 ? Size : throw new ActorNetException($"a layer of kind {Kind} has {Text(Size)} {what}: it must have 1 or more.");

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
