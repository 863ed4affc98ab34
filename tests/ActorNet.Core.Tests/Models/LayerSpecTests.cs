using System.Text.Json;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Models;

/// <summary>Layers in words and in job files.</summary>
public sealed class LayerSpecTests
{
    private static readonly JsonSerializerOptions _line = new(JobSpec.Json) { WriteIndented = false };

    [Theory]
    [InlineData("100", "dense", 100)]
    [InlineData("conv20x5", "conv", 20)]
    [InlineData("pool2", "pool", 0)]
    [InlineData("dropout0.5", "dropout", 0)]
    [InlineData("elman7", "elman", 7)]
    [InlineData("lstm64:sequence:masked:truncate=10", "lstm", 64)]
    [InlineData("gru64:masked", "gru", 64)]
    public void A_word_says_what_its_layer_says(string word, string kind, int size)
    {
        var layer = LayerSpec.Parse(word, "relu");
        Assert.Equal((kind, size, word), (layer.Kind, layer.Size, layer.ToString()));
        Assert.Equal(layer, JsonSerializer.Deserialize<LayerSpec>(JsonSerializer.Serialize(layer, JobSpec.Json), JobSpec.Json));
        Assert.Equal(kind is "dense" or "conv" ? "relu" : kind is "pool" or "dropout" ? "identity" : "tanh", layer.Activation);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("-3")]
    [InlineData("conv20")]
    [InlineData("conv0x5")]
    [InlineData("conv20x5x1")]
    [InlineData("pool")]
    [InlineData("dropout")]
    [InlineData("lstm64:backwards")]
    [InlineData("lstm64:truncate=0")]
    [InlineData("lsmt64")]
    [InlineData("99999999999")]
    public void Other_words_are_refused(string word) => Assert.Throws<FormatException>(() => LayerSpec.Parse(word, "relu"));

    /// <summary>Jobs of dense layers are written, and so named, as before there were other kinds.</summary>
    [Fact]
    public void A_dense_layer_is_written_without_what_it_does_not_use()
    {
        Assert.Equal(
            """{"inputs":2,"layers":[{"kind":"dense","size":3,"activation":"sigmoid"}],"initialiser":"normal-scaled"}""",
            JsonSerializer.Serialize(ModelSpec.Dense([2, 3]), _line));
        Assert.Equal("28x28-conv20x5-pool2-10", (ModelSpec.Dense([784, 10]) with
        {
            InputShape = [28, 28],
            Layers = [LayerSpec.Parse("conv20x5", "relu"), LayerSpec.Parse("pool2", "relu"), new("dense", 10)],
        }).Shape);
    }
}
