namespace ActorNet.Core.Models;

/// <summary>The simple recurrent layer: h = f(x·W + h′·U + b), h′ being the state before (J. L. Elman, «Finding structure in time», Cognitive Science 14, 1990).</summary>
internal sealed class ElmanLayer : RecurrentLayer
{
    private readonly Activation _activation;

    /// <summary>A layer of <see cref="LayerSpec.Size"/> neurons.</summary>
    /// <exception cref="ActorNetException">The inputs are no sequence, or the activation reads its sums.</exception>
    public ElmanLayer(LayerSpec spec, SampleShape input)
        : base(spec, input, gates: 1, recurrentGates: 1)
    {
        _activation = Activation.Find(spec.Activation);
        if (_activation.UsesInput)
        {
            throw new ActorNetException($"a layer of kind {spec.Kind} keeps no sums, which the activation {spec.Activation} reads on its way back: use tanh.");
        }
    }

    /// <inheritdoc/>
    protected override void Step(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> state)
    {
        _activation.Forward(gates, gates, Neurons);
        gates.CopyTo(state);
    }

    /// <inheritdoc/>
    protected override void StepBack(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> gradient)
    {
        _activation.Backward(default, gates, gradient, Neurons);
        gradient.CopyTo(gates);
        gradient.Clear();
    }
}
