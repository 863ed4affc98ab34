using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// One layer of a network: it turns a batch of inputs into weighted sums, which its <see cref="Activation"/> then turns into outputs. A layer of
/// one's own says its parameters, its sums and their derivatives; batching, slices, reduction and distribution are built on that.
/// A layer holds no values of its own, so that one instance serves many threads.
/// </summary>
public abstract class Layer
{
    /// <summary>A layer of these sizes.</summary>
    /// <param name="inputSize">Floats per sample that come in; one or more.</param>
    /// <param name="outputSize">Floats per sample that go out; one or more.</param>
    /// <param name="activation">Applied to the weighted sums.</param>
    protected Layer(int inputSize, int outputSize, Activation activation)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        InputSize = inputSize;
        OutputSize = outputSize;
        Activation = activation;
    }

    /// <summary>Floats per sample that come in.</summary>
    public int InputSize { get; }

    /// <summary>Floats per sample that go out.</summary>
    public int OutputSize { get; }

    /// <summary>Applied to the weighted sums.</summary>
    public Activation Activation { get; }

    /// <summary>The layer's tensors in the order in which they stand in its parameters; empty for a layer that learns nothing.</summary>
    public abstract IReadOnlyList<ParameterShape> Parameters { get; }

    /// <summary>Writes the first values of the parameters.</summary>
    /// <param name="parameters">This layer's parameters, all overwritten.</param>
    /// <param name="initialiser">The job's rule.</param>
    /// <param name="random">The layer's own random numbers.</param>
    public abstract void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random);

    /// <summary>How the outputs lie: what a layer after it may want to know.</summary>
    public virtual SampleShape OutputShape => new(OutputSize);

    /// <summary>
    /// Floats per sample of each matrix that the layer keeps of a batch between its way forwards and its way back, beside inputs and outputs:
    /// <see cref="LayerBatch.Kept"/>. None unless it says so.
    /// </summary>
    public virtual IReadOnlyList<int> KeptSizes => [];

    /// <summary>
    /// Multiplications and additions of one sample's way forwards: what the length of a step is estimated from. Two for every parameter unless it says otherwise.
    /// </summary>
    public virtual double Operations => 2.0 * Parameters.Sum(shape => (double)shape.Length);

    /// <summary>Computes the weighted sums of a batch. Each row must depend on its own input row alone.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sums">Samples × <see cref="OutputSize"/>, overwritten.</param>
    public abstract void Forward(in LayerBatch batch, Matrix sums);

    /// <summary>
    /// Begins the layer's way back, before the gradients of its parameters and of its inputs are asked for: a layer that needs something for both
    /// computes it here, once for the whole batch, into what it keeps.
    /// </summary>
    /// <param name="batch">The batch that went forwards.</param>
    /// <param name="delta">Samples × <see cref="OutputSize"/>: the derivative of the cost by each weighted sum.</param>
    public virtual void BeginBackward(in LayerBatch batch, ReadOnlyMatrix delta)
    {
    }

    /// <summary>Writes the gradient of the parameters, summed over samples, through <paramref name="gradient"/>. Called once for each leased sub-tree.</summary>
    /// <param name="batch">The batch that went forwards.</param>
    /// <param name="delta">Samples × <see cref="OutputSize"/>: the derivative of the cost by each weighted sum.</param>
    /// <param name="gradient">Takes the sums; every parameter must be written.</param>
    public abstract void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient);

    /// <summary>
    /// Computes the gradient of the inputs: the derivative of the cost by each input, from that by each weighted sum. Called last, and not for the first
    /// layer: what the layer keeps may be overwritten.
    /// </summary>
    /// <param name="batch">The batch that went forwards.</param>
    /// <param name="delta">Samples × <see cref="OutputSize"/>: the derivative of the cost by each weighted sum.</param>
    /// <param name="inputGradient">Samples × <see cref="InputSize"/>, overwritten.</param>
    public abstract void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient);
}
