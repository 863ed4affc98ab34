using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// A gated recurrent unit (Cho et al., EMNLP 2014) in the form of cuDNN, PyTorch and ONNX's <c>linear_before_reset</c>: h = (1 − z)∘n + z∘h′, where r and z are
/// sigmoids and n = tanh(x·W + b + r∘(h′·V + d)). The gates lie in the order r, z, n.
/// </summary>
internal sealed class GruLayer : RecurrentLayer
{
    /// <summary>What the state contributes to each candidate; on the way back, the derivative of the cost by it.</summary>
    private const int CandidatePlane = OwnPlane;

    private static readonly Activation _sigmoid = Activation.Find("sigmoid");
    private static readonly Activation _tanh = Activation.Find("tanh");

    private readonly ParameterShape _weights;
    private readonly ParameterShape _biases;

    /// <summary>A layer of <see cref="LayerSpec.Size"/> neurons.</summary>
    /// <exception cref="ActorNetException">The inputs are no sequence.</exception>
    public GruLayer(LayerSpec spec, SampleShape input)
        : base(spec, input, gates: 3, recurrentGates: 2, input.Dimensions[0] * spec.Size)
    {
        _weights = new ParameterShape("candidate", Neurons, Neurons, Decays: true);
        _biases = new ParameterShape("candidate-biases", 1, Neurons, Decays: false);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [.. base.Parameters, _weights, _biases];

    private int BiasStart => OwnParameters + _weights.Length;

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random)
    {
        // Drawn together, so that no two of them are the same numbers.
        var weights = new float[BiasesStart + _weights.Length];
        var biases = new float[Gates + Neurons];
        initialiser.Fill(weights, biases, Summed, Gates, random);
        weights.AsSpan(0, BiasesStart).CopyTo(parameters);
        biases.AsSpan(0, Gates).CopyTo(parameters[BiasesStart..]);
        weights.AsSpan(BiasesStart).CopyTo(parameters[OwnParameters..]);
        biases.AsSpan(Gates).CopyTo(parameters[BiasStart..]);
    }

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
        base.BackwardParameters(batch, delta, gradient);
        var deltas = new ReadOnlyMatrix(batch.Kept(CandidatePlane), Rows(batch), Neurons);
        gradient.WriteProduct(OwnParameters, Before(batch), deltas, Steps);
        gradient.WriteColumnSums(BiasStart, deltas, Steps);
    }

    /// <inheritdoc/>
    protected override void BeginStep(in LayerBatch batch, int step)
    {
        base.BeginStep(batch, step);
        MatrixProduct.Multiply(State(batch), Weights(batch), batch.Parameters[BiasStart..], AtStep(batch, step), batch.Scratch);
    }

    /// <inheritdoc/>
    protected override void Step(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> state)
    {
        Span<float> reset = gates[..Neurons], update = gates.Slice(Neurons, Neurons), candidate = gates[(2 * Neurons)..], room = Room(batch)[..Neurons];
        _sigmoid.Forward(gates[..(2 * Neurons)], gates[..(2 * Neurons)], 2 * Neurons);
        VectorOps.Multiply(reset, Row(batch, CandidatePlane, Neurons, sample, step), room);
        VectorOps.Add(candidate, room, candidate);
        _tanh.Forward(candidate, candidate, Neurons);

        // h = n + z∘(h′ − n).
        VectorOps.Subtract(state, candidate, room);
        VectorOps.Multiply(update, room, room);
        VectorOps.Add(candidate, room, state);
    }

    /// <inheritdoc/>
    protected override void StepBack(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> gradient)
    {
        var n = Neurons;
        Span<float> reset = gates[..n], update = gates.Slice(n, n), candidate = gates[(2 * n)..];
        Span<float> difference = Room(batch)[..n], kept = Room(batch).Slice(n, n), room = Room(batch)[(2 * n)..];
        var recurrent = Row(batch, CandidatePlane, n, sample, step);
        VectorOps.Subtract(BeforeRow(batch, sample, step), candidate, difference);
        VectorOps.Multiply(gradient, update, kept);

        // (1 − z)·dC/dh goes to the candidate, z·dC/dh to the state before.
        VectorOps.Subtract(gradient, kept, room);
        _tanh.Backward(default, candidate, room, n);
        room.CopyTo(candidate);
        VectorOps.Multiply(gradient, difference, room);
        _sigmoid.Backward(default, update, room, n);
        room.CopyTo(update);
        kept.CopyTo(gradient);

        // The reset gate and what the state contributes to the candidate are each other's factors.
        VectorOps.Multiply(candidate, recurrent, room);
        VectorOps.Multiply(candidate, reset, recurrent);
        _sigmoid.Backward(default, reset, room, n);
        room.CopyTo(reset);
    }

    /// <inheritdoc/>
    protected override void SkipBack(in LayerBatch batch, int sample, int step) => Row(batch, CandidatePlane, Neurons, sample, step).Clear();

    /// <inheritdoc/>
    protected override void EndStepBack(in LayerBatch batch, int step, Matrix gradient)
    {
        base.EndStepBack(batch, step, gradient);
        if (!IsCut(step))
        {
            var room = StateRoom(batch);
            MatrixProduct.MultiplyTransposed(AtStep(batch, step), Weights(batch), room, batch.Scratch);
            VectorOps.Add(gradient.Values, room.Values, gradient.Values);
        }
    }

    private Matrix AtStep(in LayerBatch batch, int step) => new(batch.Kept(CandidatePlane)[(step * Neurons)..], batch.Samples, Neurons, Steps * Neurons);

    private ReadOnlyMatrix Weights(in LayerBatch batch) => new(batch.Parameters[OwnParameters..BiasStart], Neurons, Neurons);
}
