using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// A convolution: every window × window part of a picture is weighed by the same weights, once for each map (Nielsen, chapter 6, eq. 125). Pictures lie as
/// height × width × channels. As a matrix product: each place of the window is a row of its inputs (im2col), so that rows and chains are those of a dense layer.
/// </summary>
internal sealed class ConvolutionLayer : Layer
{
    private readonly WindowWalk _walk;
    private readonly ParameterShape _weights;
    private readonly ParameterShape _biases;

    /// <summary>A convolution over places one apart, without padding.</summary>
    /// <param name="spec">Maps, window and activation.</param>
    /// <param name="input">A picture, with channels or without.</param>
    /// <exception cref="ActorNetException">The input is no picture, or smaller than the window.</exception>
    public ConvolutionLayer(LayerSpec spec, SampleShape input)
        : this(spec, WindowWalk.Over(spec, input, stride: 1))
    {
    }

    private ConvolutionLayer(LayerSpec spec, WindowWalk walk)
        : base(walk.InputSize, checked(walk.Places * spec.RequireSize("maps")), Activation.Find(spec.Activation))
    {
        _walk = walk;
        Maps = spec.Size;
        _weights = new ParameterShape("weights", walk.WindowSize, Maps, Decays: true);
        _biases = new ParameterShape("biases", 1, Maps, Decays: false);
        KeptSizes = [checked(walk.Places * walk.WindowSize)];
    }

    /// <inheritdoc/>
    public override SampleShape OutputShape => new(_walk.OutputHeight, _walk.OutputWidth, Maps);

    /// <summary>The windows' inputs; on the way back, their gradients.</summary>
    public override IReadOnlyList<int> KeptSizes { get; }

    /// <inheritdoc/>
    public override double Operations => 2.0 * _walk.Places * _weights.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [_weights, _biases];

    private int Maps { get; }

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) =>
        initialiser.Fill(parameters[.._weights.Length], parameters[_weights.Length..], _walk.WindowSize, Maps, random);

    /// <inheritdoc/>
    public override void Forward(in LayerBatch batch, Matrix sums)
    {
        for (var sample = 0; sample < batch.Samples; sample++)
        {
            _walk.Gather(batch.Inputs.Row(sample), batch.Kept(0).Slice(sample * KeptSizes[0], KeptSizes[0]));
        }

        MatrixProduct.Multiply(Windows(batch), Weights(batch), batch.Parameters[_weights.Length..], new Matrix(sums.Values, Rows(batch), Maps), batch.Scratch);
    }

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
        var places = new ReadOnlyMatrix(delta.Values, Rows(batch), Maps);
        gradient.WriteProduct(0, Windows(batch), places, _walk.Places);
        gradient.WriteColumnSums(_weights.Length, places, _walk.Places);
    }

    /// <inheritdoc/>
    public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient)
    {
        MatrixProduct.MultiplyTransposed(new ReadOnlyMatrix(delta.Values, Rows(batch), Maps), Weights(batch), Windows(batch), batch.Scratch);
        for (var sample = 0; sample < batch.Samples; sample++)
        {
            _walk.Scatter(batch.Kept(0).Slice(sample * KeptSizes[0], KeptSizes[0]), inputGradient.Row(sample));
        }
    }

    private int Rows(in LayerBatch batch) => batch.Samples * _walk.Places;

    private Matrix Windows(in LayerBatch batch) => new(batch.Kept(0), Rows(batch), _walk.WindowSize);

    private ReadOnlyMatrix Weights(in LayerBatch batch) => new(batch.Parameters[.._weights.Length], _walk.WindowSize, Maps);
}
