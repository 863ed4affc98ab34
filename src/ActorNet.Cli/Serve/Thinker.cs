using ActorNet.Cli.Runs;
using ActorNet.Core;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Serve;

/// <summary>Runs a network and shows all that happens in it. One picture at a time, whoever asks.</summary>
internal sealed class Thinker
{
    /// <summary>How many connections into a layer are named.</summary>
    private const int MostEdges = 60;

    private readonly Lock _lock = new();
    private readonly TrainedModel _trained;
    private readonly NetworkPass _pass;
    private readonly List<ShownLayer> _layers = [];

    /// <summary>Makes room for a model.</summary>
    /// <exception cref="ActorNetException">Its inputs are no picture.</exception>
    public Thinker(TrainedModel trained)
    {
        _trained = trained;
        Input = PictureInput.Of(trained);
        _pass = new NetworkPass(Network, maxRows: 1);
        var (before, source) = (new Grid(Input.Channels, Input.Height, Input.Width), -1);
        for (var i = 0; i < Network.Layers.Count; i++)
        {
            // What dropout hands on in a network that has learned is what came in: it is not shown, and who comes after it looks through.
            if (Model.Spec.Layers[i].Kind != "dropout")
            {
                var grid = Grid.Of(Network.Layers[i].OutputShape);
                _layers.Add(new ShownLayer(i, grid, before, source));
                (before, source) = (grid, i);
            }
        }
    }

    /// <summary>What can be drawn for it.</summary>
    public PictureInput Input { get; }

    private Model Model => _trained.Model;

    private Network Network => Model.Network;

    /// <summary>What the network is.</summary>
    public ModelView Describe() => new(
        1,
        Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(_trained.Source))),
        Model.Spec.Shape,
        Network.Layout.Length,
        _trained.Job.Data.Name is { Length: > 0 } data && Model.Job is not null ? Path.GetFileName(Path.TrimEndingDirectorySeparator(DataSource.PlaceOf(data))) : null,
        new InputView(Input.Height, Input.Width, Input.Channels, Input.IsCentred),
        [.. _layers.Select(layer => new LayerView(
            layer.Place + 1,
            Model.Spec.Layers[layer.Place].Kind,
            Model.Spec.Layers[layer.Place].ToString(),
            Model.Spec.Layers[layer.Place].Activation,
            layer.Grid.Maps,
            layer.Grid.Height,
            layer.Grid.Width))],
        Model.OutputNames);

    /// <summary>Thinks about a picture.</summary>
    /// <param name="inputs">As many floats as the network has inputs.</param>
    /// <param name="asked">The neuron whose sum is wanted too; null for none.</param>
    /// <exception cref="ActorNetException">What comes out is no number.</exception>
    public Thought Think(ReadOnlySpan<float> inputs, NeuronPlace? asked)
    {
        lock (_lock)
        {
            inputs.CopyTo(_pass.Inputs(1).Values);
            _pass.Forward(Model.Weights.Span, 1);
            var layers = _layers.Select(layer => new LayerThought(layer.Place + 1, Outputs(layer.Place), Edges(layer))).ToList();
            if (layers.Find(layer => layer.Outputs.Any(output => !float.IsFinite(output))) is { } broken)
            {
                throw new ActorNetException($"layer {broken.Layer} gives what is no number for this picture: the model's training has failed; train it with a lower learning rate.");
            }

            var isEmpty = !inputs.ContainsAnyExcept(0f);
            var verdict = Verdict.Of(Model.Task, Model.OutputNames, Network.OutputActivation.Range, layers[^1].Outputs, isEmpty);
            return new Thought(1, isEmpty, Input.ToPicture(inputs), layers, verdict, asked is { } place ? Weigh(place) : null);
        }
    }

    /// <summary>What a neuron looks for.</summary>
    /// <exception cref="ActorNetException">There is no such neuron.</exception>
    public NeuronView Look(NeuronPlace place)
    {
        var layer = Find(place);
        var weights = IncomingWeights.Of(Model, layer.Place, place.Index, layer.Before);
        return new NeuronView(1, place.Layer, place.Index, weights?.Biases ?? [], weights?.Maps ?? [], layer.Source + 1, weights?.Corner.Row ?? 0, weights?.Corner.Column ?? 0);
    }

    private ShownLayer Find(NeuronPlace place)
    {
        var layer = _layers.Find(layer => layer.Place + 1 == place.Layer)
            ?? throw new ActorNetException($"there is no layer {place.Layer} to look at: give {string.Join(", ", _layers.Select(layer => layer.Place + 1))}.");
        var neurons = Network.Layers[layer.Place].OutputSize;
        return place.Index >= 0 && place.Index < neurons
            ? layer
            : throw new ActorNetException($"layer {place.Layer} has no neuron {place.Index}: give 0 to {neurons - 1}.");
    }

    private NeuronThought Weigh(NeuronPlace place)
    {
        var layer = Find(place);
        var weighed = IncomingWeights.Of(Model, layer.Place, place.Index, layer.Before)?.Weigh(Before(layer), layer.Before, place.Index);
        return new NeuronThought(place.Layer, place.Index, weighed?.Sum, Outputs(layer.Place)[place.Index], weighed?.Edges ?? []);
    }

    /// <summary>The strongest connections into a dense layer; others have too many that are alike.</summary>
    private IReadOnlyList<Edge> Edges(ShownLayer layer)
    {
        if (Model.Spec.Layers[layer.Place].Kind != "dense")
        {
            return [];
        }

        var inputs = Before(layer);
        var neurons = Network.Layers[layer.Place].OutputSize;
        var weights = Network.Layout.OfLayer(Model.Weights.Span, layer.Place);
        var strongest = new StrongestEdges(MostEdges);
        for (var from = 0; from < inputs.Length; from++)
        {
            for (var to = 0; inputs[from] != 0 && to < neurons; to++)
            {
                var weight = weights[(from * neurons) + to];
                strongest.Offer(from, to, weight, weight * inputs[from]);
            }
        }

        return strongest.ToList();
    }

    private ReadOnlySpan<float> Before(ShownLayer layer) => layer.Source < 0 ? _pass.Inputs(1).Values : _pass.LayerOutputs(layer.Source, 1).Values;

    private float[] Outputs(int place) => _pass.LayerOutputs(place, 1).Values.ToArray();

    /// <summary>A layer that is shown.</summary>
    /// <param name="Place">Its place in the network, from 0.</param>
    /// <param name="Grid">How its outputs lie.</param>
    /// <param name="Before">How the shown layer before it lies, or the input.</param>
    /// <param name="Source">That layer's place; -1 for the input.</param>
    private sealed record ShownLayer(int Place, Grid Grid, Grid Before, int Source);
}

/// <summary>Which neuron.</summary>
/// <param name="Layer">The layer's number, from 1, as in the names of tensors.</param>
/// <param name="Index">The neuron's place in the layer, from 0.</param>
internal readonly record struct NeuronPlace(int Layer, int Index);
