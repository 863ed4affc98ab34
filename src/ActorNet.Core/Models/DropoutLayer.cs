using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// Dropout: while it learns, each activation is left out with a probability p, and those that stay count 1/(1 − p) times as much, so that nothing need be
/// changed once it has learned (Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, JMLR 15, 2014, section 10; Nielsen, chapter 3, halves the weights
/// afterwards instead). Which ones depends on the job and on the sample's place in the epoch, not on who computes it.
/// </summary>
internal sealed class DropoutLayer : Layer
{
    private readonly double _rate;
    private readonly SampleShape _shape;

    /// <summary>Dropout of what comes in.</summary>
    /// <exception cref="ActorNetException">The rate is not 0 or more and under 1.</exception>
    public DropoutLayer(LayerSpec spec, SampleShape input)
        : base(input.Size, input.Size, Activation.Find(spec.Activation))
    {
        _rate = spec.Rate is >= 0 and < 1 ? spec.Rate : throw new ActorNetException(FormattableString.Invariant(
            $"a layer of kind {spec.Kind} leaves out a part of {spec.Rate}: it must be 0 or more and under 1."));
        _shape = input;
        KeptSizes = [InputSize];
    }

    /// <inheritdoc/>
    public override SampleShape OutputShape => _shape;

    /// <summary>What each activation counts.</summary>
    public override IReadOnlyList<int> KeptSizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [];

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random)
    {
    }

    /// <inheritdoc/>
    public override void Forward(in LayerBatch batch, Matrix sums)
    {
        if (!batch.IsTraining)
        {
            batch.Inputs.Values.CopyTo(sums.Values);
            return;
        }

        for (var sample = 0; sample < batch.Samples; sample++)
        {
            batch.Random(sample).FillKept(batch.Kept(0).Slice(sample * InputSize, InputSize), _rate);
        }

        VectorOps.Multiply(batch.Inputs.Values, batch.Kept(0), sums.Values);
    }

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
    }

    /// <inheritdoc/>
    public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient) =>
        VectorOps.Multiply(delta.Values, batch.Kept(0), inputGradient.Values);
}
