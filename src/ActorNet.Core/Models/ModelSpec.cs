using System.Globalization;
using System.Text.Json.Serialization;

namespace ActorNet.Core.Models;

/// <summary>What a network is, in words that go into a job file, a checkpoint and a message.</summary>
/// <param name="Inputs">Floats per sample.</param>
/// <param name="Layers">The layers from the first hidden one to the output.</param>
/// <param name="Initialiser">The name of the rule that draws the first weights.</param>
public sealed record ModelSpec(int Inputs, IReadOnlyList<LayerSpec> Layers, string Initialiser = "normal-scaled")
{
    /// <summary>How the inputs lie, as in [28, 28] or [28, 28, 3]: for layers that want to know; null where the inputs are plain.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<int>? InputShape { get; init; }

    /// <summary>A network of dense layers.</summary>
    /// <param name="sizes">Inputs, hidden layers and outputs, as in 784-30-10.</param>
    /// <param name="activation">Of the hidden layers.</param>
    /// <param name="output">Of the output layer.</param>
    /// <param name="initialiser">The name of the rule that draws the first weights.</param>
    /// <exception cref="ArgumentException">Fewer than two sizes.</exception>
    public static ModelSpec Dense(
        ReadOnlySpan<int> sizes, string activation = "sigmoid", string output = "sigmoid", string initialiser = "normal-scaled")
    {
        if (sizes.Length < 2)
        {
            throw new ArgumentException("A network needs the size of its inputs and of its outputs at least.", nameof(sizes));
        }

        var layers = new LayerSpec[sizes.Length - 1];
        for (var i = 0; i < layers.Length; i++)
        {
            layers[i] = new LayerSpec("dense", sizes[i + 1], i == layers.Length - 1 ? output : activation);
        }

        return new ModelSpec(sizes[0], layers, initialiser);
    }

    /// <summary>The layers joined by hyphens, as the field writes them: 784-30-10, or 28x28-conv20x5-pool2-100-10.</summary>
    [JsonIgnore]
    public string Shape => string.Join('-', Layers.Select(layer => layer.ToString()).Prepend(InputText));

    private string InputText => InputShape is null ? Inputs.ToString(CultureInfo.InvariantCulture) : string.Join('x', InputShape);

    /// <inheritdoc/>
    public bool Equals(ModelSpec? other) =>
        other is not null && Inputs == other.Inputs && Initialiser == other.Initialiser && InputText == other.InputText && Layers.SequenceEqual(other.Layers);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Inputs, Initialiser, Layers.Count);
}
