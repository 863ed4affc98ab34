using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// A feed-forward network: layers over one flat parameter vector. It holds no parameters and no activations: those belong to
/// whoever trains or uses it, so that one network serves every worker of a node.
/// </summary>
internal sealed class Network
{
    /// <summary>A network of these layers.</summary>
    /// <param name="layers">From the first hidden layer to the output; each takes what the one before gives.</param>
    /// <param name="initialiser">Draws the first weights.</param>
    /// <exception cref="ArgumentException">No layers, or sizes that do not fit.</exception>
    public Network(IReadOnlyList<Layer> layers, Initialiser initialiser)
    {
        if (layers.Count == 0)
        {
            throw new ArgumentException("A network needs one layer at least.", nameof(layers));
        }

        for (var i = 1; i < layers.Count; i++)
        {
            if (layers[i].InputSize != layers[i - 1].OutputSize)
            {
                throw new ArgumentException($"Layer {i + 1} takes {layers[i].InputSize} inputs; layer {i} gives {layers[i - 1].OutputSize}.");
            }
        }

        Layers = layers;
        (InputSize, OutputSize, OutputActivation) = (layers[0].InputSize, layers[^1].OutputSize, layers[^1].Activation);
        Initialiser = initialiser;
        Layout = new ParameterLayout(layers);
    }

    /// <summary>The layers from the first hidden one to the output.</summary>
    public IReadOnlyList<Layer> Layers { get; }

    /// <summary>Draws the first weights.</summary>
    public Initialiser Initialiser { get; }

    /// <summary>Where each tensor stands in the parameter vector.</summary>
    public ParameterLayout Layout { get; }

    /// <summary>Floats per sample that come in.</summary>
    public int InputSize { get; }

    /// <summary>Floats per sample that go out.</summary>
    public int OutputSize { get; }

    /// <summary>The output layer's activation.</summary>
    public Activation OutputActivation { get; }

    /// <summary>Makes the network that a description names.</summary>
    /// <exception cref="ActorNetException">An unknown kind of layer, activation or initialiser, or a size that is not positive.</exception>
    public static Network Create(ModelSpec spec)
    {
        var layers = new Layer[spec.Layers.Count];
        var shape = InputShape(spec);
        for (var i = 0; i < layers.Length; i++)
        {
            try
            {
                layers[i] = Models.Layers.Create(spec.Layers[i], shape);
            }
            catch (ActorNetException error)
            {
                throw new ActorNetException($"Layer {i + 1} of {spec.Shape}: {error.Message}", error);
            }
            catch (OverflowException error)
            {
                throw new ActorNetException($"Layer {i + 1} of {spec.Shape} is larger than a network can be: give smaller sizes.", error);
            }

            shape = layers[i].OutputShape;
        }

        return new Network(layers, Initialiser.Find(spec.Initialiser));
    }

    /// <summary>Draws the first weights: a function of the network and the seed alone.</summary>
    /// <param name="parameters">The parameter vector, all overwritten.</param>
    /// <param name="seed">The job's seed.</param>
    public void Initialise(Span<float> parameters, ulong seed)
    {
        for (var i = 0; i < Layers.Count; i++)
        {
            var random = new RandomStream(seed, RandomPurpose.Initialisation, epoch: 0, position: (ulong)i);
            Layers[i].Initialise(Layout.OfLayer(parameters, i), Initialiser, random);
        }
    }

    private static SampleShape InputShape(ModelSpec spec)
    {
        var shape = new SampleShape(spec.InputShape is { } dimensions ? [.. dimensions] : [spec.Inputs]);
        return shape.Size == spec.Inputs
            ? shape
            : throw new ActorNetException($"The model has {spec.Inputs} inputs, but their shape {shape} holds {shape.Size}: make them the same.");
    }
}
