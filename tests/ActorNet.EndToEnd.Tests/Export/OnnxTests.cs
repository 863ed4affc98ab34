using ActorNet.Cli.Export;
using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;
using Microsoft.ML.OnnxRuntime;
using Xunit.Abstractions;

namespace ActorNet.EndToEnd.Tests.Export;

/// <summary>Networks of every kind of layer give the same in OnnxRuntime as here.</summary>
public sealed class OnnxTests(ITestOutputHelper console) : IDisposable
{
    private const int Samples = 1000;
    private const float Tolerance = 1e-5f;

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [SkippableTheory]
    [InlineData("20", "relu", "softmax", "30,17,10")]
    [InlineData("20", "tanh", "sigmoid", "30,dropout0.4,3")]
    [InlineData("20", "softmax", "identity", "8,5")]
    [InlineData("20", "sigmoid", "relu", "1")]
    [InlineData("9x8", "relu", "softmax", "conv5x3,pool2,12,10")]
    [InlineData("9x11x3", "sigmoid", "identity", "conv4x3,conv6x2,dropout0.1,pool3,4")]
    [InlineData("6x5", "softmax", "tanh", "conv3x2")]
    [InlineData("6x7x2", "relu", "identity", "conv3x3,pool2")]
    [InlineData("6x7x2", "relu", "identity", "5,dropout0.5")]
    [InlineData("7x4", "tanh", "softmax", "elman9,5")]
    [InlineData("7x4", "sigmoid", "identity", "elman9:sequence,elman6:truncate=2")]
    [InlineData("7x4", "relu", "identity", "elman6:sequence,3")]
    [InlineData("7x4", "identity", "identity", "elman6:sequence")]
    [InlineData("7x4", "softmax", "identity", "elman6:sequence,elman4,3")]
    [InlineData("7x4", "tanh", "identity", "elman6:sequence:masked,elman5:masked,3")]
    [InlineData("28x28", "tanh", "softmax", "lstm32,10")]
    [InlineData("7x4", "tanh", "identity", "lstm6:sequence,lstm5:sequence:truncate=3")]
    [InlineData("7x4", "tanh", "softmax", "lstm6:sequence:masked,lstm5:masked,3")]
    [InlineData("7x4", "tanh", "identity", "lstm6:sequence:masked")]
    [InlineData("1x3", "tanh", "identity", "lstm1:masked")]
    [InlineData("28x28", "tanh", "softmax", "gru32,10")]
    [InlineData("7x4", "tanh", "identity", "gru6:sequence,gru5:sequence")]
    [InlineData("7x4", "tanh", "softmax", "gru6:sequence:masked,gru5:masked:truncate=2,3")]
    [InlineData("7x4", "tanh", "identity", "gru6:sequence:masked")]
    [InlineData("7x4x2", "tanh", "sigmoid", "gru6,dropout0.2,3")]
    [InlineData("9x8", "relu", "softmax", "conv5x3,lstm6:sequence,gru4,10")]
    [InlineData("200x3", "tanh", "identity", "lstm8:masked,2")]
    public void Logits_and_outputs_are_those_of_the_network(string input, string activation, string output, string layers)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var model = RandomModel(Spec(input, activation, output, layers), random);
        var inputs = RandomInputs(model.Spec, random);
        OnnxModel.Write(model, _work.At("model.onnx"));
        using var session = Open(_work.At("model.onnx"));
        var outputs = Run(session, inputs, model.Spec.Inputs);
        AreClose(Outputs(WithoutLastActivation(model), inputs), outputs["logits"], $"logits, seed {seed}");
        AreClose(Outputs(model, inputs), outputs["output"], $"outputs, seed {seed}");
    }

    [SkippableFact]
    public void The_file_says_which_weights_and_which_program_it_is_from()
    {
        var model = RandomModel(Spec("20", "relu", "softmax", "7,3"), new Random(1));
        OnnxModel.Write(model, _work.At("model.onnx"));
        using var session = Open(_work.At("model.onnx"));
        var about = session.ModelMetadata;
        Assert.Equal("actornet", about.ProducerName);
        Assert.Equal(model.WeightsSha256, about.CustomMetadataMap["actornet.weightsSha256"]);
        Assert.Equal("20-7-3", about.CustomMetadataMap["actornet.network"]);
        Assert.Equal([-1, 20], session.InputMetadata["input"].Dimensions);
        Assert.Equal([-1, 3], session.OutputMetadata["logits"].Dimensions);
        Assert.Equal([-1, 3], session.OutputMetadata["output"].Dimensions);
    }

    [Fact]
    public void What_a_user_added_is_refused_by_name()
    {
        Activation.Register(new Cube());
        Layers.Register("onnx-gain", (spec, input) => Layers.Create(spec with { Kind = "dropout" }, input));
        var layer = Refused(new ModelSpec(4, [new("dense", 3), new("onnx-gain")]));
        Assert.Contains("layer 2 of 4-3-onnx-gain has a layer of the kind onnx-gain", layer, StringComparison.Ordinal);
        Assert.Contains("safetensors", layer, StringComparison.Ordinal);
        Assert.Contains("layer 1 of 4-3 has the activation onnx-cube", Refused(new ModelSpec(4, [new("dense", 3, "onnx-cube")])), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(_work.Folder));
    }

    private string Refused(ModelSpec spec) => Assert.Throws<ActorNetException>(() => OnnxModel.Write(Model.Create(spec), _work.At("model.onnx"))).Message;

    private static ModelSpec Spec(string input, string activation, string output, string words)
    {
        int[] shape = [.. input.Split('x').Select(int.Parse)];
        LayerSpec[] layers = [.. words.Split(',').Select(word => LayerSpec.Parse(word, activation))];
        // Elman layers take another activation than tanh too, and the last layer its own.
        layers = [.. layers.Select(layer => layer.Kind == "elman" ? layer with { Activation = activation } : layer)];
        layers[^1] = HasOwnActivation(layers[^1]) ? layers[^1] : layers[^1] with { Activation = output };
        return new ModelSpec(shape.Aggregate((a, b) => a * b), layers) { InputShape = shape.Length > 1 ? shape : null };
    }

    private static bool HasOwnActivation(LayerSpec layer) => layer.Kind is "elman" or "lstm" or "gru";

    /// <summary>Every parameter is drawn, biases too, of a size at which activations are not saturated.</summary>
    private static Model RandomModel(ModelSpec spec, Random random)
    {
        var weights = new AlignedBuffer(Network.Create(spec).Layout.Length);
        var model = new Model(spec, job: null, task: null, weights);
        foreach (var view in model.Network.Layout.Views)
        {
            var scale = 2 / Math.Sqrt(Math.Max(view.Shape.Rows, 4));
            foreach (ref var value in weights.Span[view.Offset..view.End])
            {
                value = (float)(scale * ((2 * random.NextDouble()) - 1));
            }
        }

        return model;
    }

    /// <summary>A quarter of the numbers are zero: a masked layer has gaps in its sequences, and some of them are empty.</summary>
    private static float[] RandomInputs(ModelSpec spec, Random random)
    {
        var inputs = new float[Samples * spec.Inputs];
        foreach (ref var value in inputs.AsSpan())
        {
            value = random.Next(4) == 0 ? 0 : (random.NextSingle() * 2) - 1;
        }

        inputs.AsSpan(0, spec.Inputs).Clear();
        return inputs;
    }

    private static Model WithoutLastActivation(Model model)
    {
        LayerSpec[] layers = [.. model.Spec.Layers];
        if (HasOwnActivation(layers[^1]))
        {
            return model;
        }

        layers[^1] = layers[^1] with { Activation = "identity" };
        var weights = new AlignedBuffer(model.Weights.Length);
        model.Weights.Span.CopyTo(weights.Span);
        return new Model(model.Spec with { Layers = layers }, job: null, task: null, weights);
    }

    private static float[] Outputs(Model model, float[] inputs) =>
        [.. Enumerable.Range(0, Samples).SelectMany(i => model.Predict(inputs.AsSpan(i * model.Spec.Inputs, model.Spec.Inputs)))];

    private static Dictionary<string, float[]> Run(InferenceSession session, float[] inputs, int width)
    {
        using var value = OrtValue.CreateTensorValueFromMemory(inputs, [Samples, width]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, ["input"], [value], session.OutputNames);
        return session.OutputNames.Zip(outputs, (name, one) => (name, one.GetTensorDataAsSpan<float>().ToArray())).ToDictionary();
    }

    private static InferenceSession Open(string path)
    {
        try
        {
            return new InferenceSession(path);
        }
        catch (Exception error) when (error is DllNotFoundException or TypeInitializationException { InnerException: DllNotFoundException })
        {
            Skip.If(true, $"OnnxRuntime has no library for this platform: {error.Message}");
            throw;
        }
    }

    private void AreClose(float[] expected, float[] actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        float[] differences = [.. expected.Zip(actual, (here, there) => Math.Abs(here - there) / Math.Max(1, Math.Abs(here)))];
        var worst = Array.IndexOf(differences, differences.Max());
        console.WriteLine($"{what}: the largest difference is {differences[worst]:0.0e0}");
        // A NaN is not close either.
        Assert.True(
            differences.All(difference => difference <= Tolerance),
            $"{what}: element {worst} is {actual[worst]:R} in OnnxRuntime, {expected[worst]:R} here");
    }

    private sealed class Cube : Activation
    {
        public override string Name => "onnx-cube";

        public override bool UsesInput => true;

        public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => throw new NotSupportedException();

        public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width) => throw new NotSupportedException();
    }
}
