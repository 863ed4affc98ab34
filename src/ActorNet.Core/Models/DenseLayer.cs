using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// A fully connected layer: z = x·W + b, with W of inputs × outputs, the transpose of the book's w (Nielsen, chapter 2, eq. 25).
/// </summary>
internal sealed class DenseLayer : Layer
{
    private readonly ParameterShape _weights;
    private readonly ParameterShape _biases;

    /// <summary>A dense layer.</summary>
    /// <param name="inputSize">Floats per sample that come in; one or more.</param>
    /// <param name="outputSize">Neurons; one or more.</param>
    /// <param name="activation">Applied to the weighted sums.</param>
    public DenseLayer(int inputSize, int outputSize, Activation activation)
        : base(inputSize, outputSize, activation)
    {
        _weights = new ParameterShape("weights", inputSize, outputSize, Decays: true);
        _biases = new ParameterShape("biases", 1, outputSize, Decays: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [_weights, _biases];

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) =>
        initialiser.Fill(parameters[.._weights.Length], parameters[_weights.Length..], InputSize, OutputSize, random);

    /// <inheritdoc/>
    public override void Forward(in LayerBatch batch, Matrix sums) =>
        MatrixProduct.Multiply(batch.Inputs, Weights(batch.Parameters), batch.Parameters[_weights.Length..], sums, batch.Scratch);

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
        gradient.WriteProduct(0, batch.Inputs, delta);
        gradient.WriteColumnSums(_weights.Length, delta);
    }

    /// <inheritdoc/>
    public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient) =>
        MatrixProduct.MultiplyTransposed(delta, Weights(batch.Parameters), inputGradient, batch.Scratch);

    private ReadOnlyMatrix Weights(ReadOnlySpan<float> parameters) => new(parameters[.._weights.Length], InputSize, OutputSize);
}
