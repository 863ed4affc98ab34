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

    /// <summary>The layer in a word, which <see cref="Parse"/> reads: 100 for a dense one, conv20x5, pool2, dropout0.5, lstm64:sequence.</summary>
    public override string ToString()
    {
        var word = Kind switch
        {
            "dense" => Text(Size),
            "conv" => $"conv{Text(Size)}x{Text(Window)}",
            "pool" => $"pool{Text(Window)}",
            "dropout" => $"dropout{Text(Rate)}",
            _ => Size == 0 ? Kind : $"{Kind}{Text(Size)}",
        };
        return $"{word}{(Sequence ? ":sequence" : "")}{(Masked ? ":masked" : "")}{(Truncate > 0 ? $":truncate={Text(Truncate)}" : "")}";
    }

    /// <summary>Reads a layer.</summary>
    /// <param name="word">
    /// <c>100</c> or <c>dense100</c>, <c>conv20x5</c> (maps x window), <c>pool2</c>, <c>dropout0.5</c>, <c>elman64</c>, <c>lstm64</c>, <c>gru64</c>, the last three
    /// perhaps with <c>:sequence</c>, <c>:masked</c> and <c>:truncate=10</c>; or any other kind and its size.
    /// </param>
    /// <param name="activation">Of dense layers, convolutions and kinds that are not built in.</param>
    /// <exception cref="FormatException">It is none of these.</exception>
    public static LayerSpec Parse(string word, string activation)
    {
        ArgumentNullException.ThrowIfNull(word);
        var parts = word.Trim().Split(':');
        var digits = parts[0].AsSpan().IndexOfAnyInRange('0', '9');
        var (kind, number) = digits < 0 ? (parts[0], "") : (parts[0][..digits], parts[0][digits..]);
        var layer = kind switch
        {
            "" or "dense" => new LayerSpec("dense", Whole(number, word), activation),
            "conv" when number.Split('x') is [var maps, var window] => new LayerSpec(kind, Whole(maps, word), activation) { Window = Whole(window, word) },
            "pool" => new LayerSpec(kind) { Window = Whole(number, word) },
            "dropout" when double.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var rate) => new LayerSpec(kind) { Rate = rate },
            "conv" or "dropout" => throw Wrong(word),
            "elman" or "lstm" or "gru" => new LayerSpec(kind, Whole(number, word), "tanh"),
            _ when !Layers.Names.Contains(kind) => throw new FormatException(NameSuggestion.Message("layer", kind, Layers.Names)),
            _ => new LayerSpec(kind, number.Length == 0 ? 0 : Whole(number, word), activation),
        };
        return parts.Skip(1).Aggregate(layer, (made, option) => option.Split('=') switch
        {
            ["sequence"] => made with { Sequence = true },
            ["masked"] => made with { Masked = true },
            ["truncate", var steps] => made with { Truncate = Whole(steps, word) },
            _ => throw Wrong(word),
        });
    }

    /// <summary>The size of a layer that must have one.</summary>
    /// <param name="what">What it counts, for the error.</param>
    /// <exception cref="ActorNetException">It is not positive.</exception>
    internal int RequireSize(string what) =>
        Size > 0 ? Size : throw new ActorNetException($"a layer of kind {Kind} has {Text(Size)} {what}: it must have 1 or more.");

    private static int Whole(string text, string word) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : throw Wrong(word);

    private static FormatException Wrong(string word) =>
        new($"'{word}' is no layer: write 100, conv20x5, pool2, dropout0.5, elman64, lstm64 or gru64, the last three perhaps with :sequence, :masked or :truncate=10");

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
