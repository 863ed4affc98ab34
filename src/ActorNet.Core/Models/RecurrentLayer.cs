using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// A layer that reads a sequence step by step, its state after one step being an input of the next; trained by backpropagation through time (Werbos,
/// Proceedings of the IEEE 78, 1990). Sequences lie as steps × features. What the features contribute is one matrix product over all steps, and so are the
/// gradients: each step of a sample is a row.
/// </summary>
/// <remarks>
/// In a masked layer the last feature of every step is 1 where the step is there and 0 where it only fills the sequence up: there the state stays as it is,
/// the output is zero, and no gradient arises.
/// </remarks>
internal abstract class RecurrentLayer : Layer
{
    /// <summary>What every kind keeps: the gates of each step, on the way back their deltas; the state before each step; room for one state and for one step's gates.</summary>
    private const int GatesPlane = 0, BeforePlane = 1, StatePlane = 2, RoomPlane = 3;

    /// <summary>The first matrix that a kind keeps beside.</summary>
    protected const int OwnPlane = 4;

    private readonly int _features;
    private readonly int _stride;
    private readonly int _outputStride;
    private readonly bool _isMasked;
    private readonly bool _givesSequence;
    private readonly int _truncate;
    private readonly ParameterShape _weights;
    private readonly ParameterShape _recurrent;
    private readonly ParameterShape _biases;

    /// <summary>A layer over the steps of a sequence.</summary>
    /// <param name="spec">Its description.</param>
    /// <param name="input">Steps × features; of more dimensions the first is the steps.</param>
    /// <param name="gates">Sums that a neuron has.</param>
    /// <param name="recurrentGates">How many of them, from the first on, are sums over features and state alike.</param>
    /// <param name="ownPlanes">Floats per sample of what the kind keeps beside.</param>
    /// <exception cref="ActorNetException">The inputs are no sequence, or the description makes no sense.</exception>
    protected RecurrentLayer(LayerSpec spec, SampleShape input, int gates, int recurrentGates, params ReadOnlySpan<int> ownPlanes)
        : base(input.Size, OutputSizeOf(spec, input), Activation.Find("identity"))
    {
        Steps = input.Dimensions[0];
        Neurons = spec.Size;
        Gates = checked(gates * Neurons);
        RecurrentGates = recurrentGates * Neurons;
        (_isMasked, _givesSequence, _truncate) = (spec.Masked, spec.Sequence, spec.Truncate);
        _stride = input.Size / Steps;
        _features = _isMasked ? _stride - 1 : _stride;
        _outputStride = _givesSequence ? OutputSize / Steps : Neurons;
        _weights = new ParameterShape("weights", _features, Gates, Decays: true);
        _recurrent = new ParameterShape("recurrent", Neurons, RecurrentGates, Decays: true);
        _biases = new ParameterShape("biases", 1, Gates, Decays: false);
        KeptSizes = [checked(Steps * Gates), Steps * Neurons, Neurons, Gates, .. ownPlanes];
    }

    /// <inheritdoc/>
    public sealed override SampleShape OutputShape => _givesSequence ? new(Steps, _outputStride) : new(Neurons);

    /// <inheritdoc/>
    public sealed override IReadOnlyList<int> KeptSizes { get; }

    /// <inheritdoc/>
    public sealed override double Operations => base.Operations * Steps;

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [_weights, _recurrent, _biases];

    /// <summary>Steps of a sequence.</summary>
    protected int Steps { get; }

    /// <summary>Floats of the state.</summary>
    protected int Neurons { get; }

    /// <summary>Floats of a step's gates.</summary>
    protected int Gates { get; }

    /// <summary>Where the parameters begin that a kind has beside.</summary>
    protected int OwnParameters => RecurrentStart + _recurrent.Length + _biases.Length;

    /// <summary>Where the biases of the gates begin.</summary>
    protected int BiasesStart => RecurrentStart + _recurrent.Length;

    /// <summary>Numbers that a neuron sums.</summary>
    protected int Summed => _features + Neurons;

    private int RecurrentGates { get; }

    private int RecurrentStart => _weights.Length;

    /// <summary>Draws the weights of features and state together, since a neuron sums both.</summary>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) =>
        initialiser.Fill(parameters[..BiasesStart], parameters[BiasesStart..OwnParameters], Summed, RecurrentGates, random);

    /// <inheritdoc/>
    public sealed override void Forward(in LayerBatch batch, Matrix sums)
    {
        var weights = new ReadOnlyMatrix(batch.Parameters[..RecurrentStart], _features, Gates);
        var biases = batch.Parameters[BiasesStart..OwnParameters];
        MatrixProduct.Multiply(Features(batch), weights, biases, new Matrix(batch.Kept(GatesPlane), Rows(batch), Gates), batch.Scratch);
        State(batch).Values.Clear();
        Forget(batch);
        sums.Values.Clear();
        for (var step = 0; step < Steps; step++)
        {
            BeginStep(batch, step);
            for (var sample = 0; sample < batch.Samples; sample++)
            {
                if (IsThere(batch, sample, step))
                {
                    Step(batch, sample, step, GatesRow(batch, sample, step), State(batch).Row(sample));
                    Emit(batch, sample, step, sums);
                }
            }
        }

        EmitLast(batch, sums);
    }

    /// <inheritdoc/>
    public sealed override void BeginBackward(in LayerBatch batch, ReadOnlyMatrix delta)
    {
        var gradient = State(batch);
        gradient.Values.Clear();
        Forget(batch);
        for (var step = Steps - 1; step >= 0; step--)
        {
            for (var sample = 0; sample < batch.Samples; sample++)
            {
                AddDelta(batch, sample, step, delta, gradient.Row(sample));
                if (IsThere(batch, sample, step))
                {
                    StepBack(batch, sample, step, GatesRow(batch, sample, step), gradient.Row(sample));
                }
                else
                {
                    GatesRow(batch, sample, step).Clear();
                    SkipBack(batch, sample, step);
                }
            }

            if (step > 0)
            {
                EndStepBack(batch, step, gradient);
            }
        }
    }

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
        var deltas = GateDeltas(batch);
        gradient.WriteProduct(0, Features(batch), deltas, Steps);
        gradient.WriteProduct(RecurrentStart, Before(batch), new ReadOnlyMatrix(deltas.Values, deltas.Rows, RecurrentGates, Gates), Steps);
        gradient.WriteColumnSums(BiasesStart, deltas, Steps);
    }

    /// <inheritdoc/>
    public sealed override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient)
    {
        // A mask is given and not computed: its gradient is zero, and the product leaves it out.
        inputGradient.Values.Clear();
        var weights = new ReadOnlyMatrix(batch.Parameters[..RecurrentStart], _features, Gates);
        MatrixProduct.MultiplyTransposed(GateDeltas(batch), weights, new Matrix(inputGradient.Values, Rows(batch), _features, _stride), batch.Scratch);
    }

    /// <summary>Makes one step of one sample.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sample">The sample's row.</param>
    /// <param name="step">The step.</param>
    /// <param name="gates">On entry the sums; on return whatever the way back needs of them.</param>
    /// <param name="state">The state before; takes the one after.</param>
    protected abstract void Step(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> state);

    /// <summary>Goes one step of one sample back.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="sample">The sample's row.</param>
    /// <param name="step">The step.</param>
    /// <param name="gates">What <see cref="Step"/> left; takes the derivative of the cost by each sum.</param>
    /// <param name="gradient">The derivative by the state after the step; takes that part of the one before it that does not come through the gates.</param>
    protected abstract void StepBack(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> gradient);

    /// <summary>Adds to the gates what the state contributes, for all samples at once.</summary>
    protected virtual void BeginStep(in LayerBatch batch, int step)
    {
        var state = State(batch);
        var room = new Matrix(batch.Kept(RoomPlane)[..(batch.Samples * RecurrentGates)], batch.Samples, RecurrentGates);
        MatrixProduct.Multiply(state, RecurrentWeights(batch), default, room, batch.Scratch);
        for (var sample = 0; sample < batch.Samples; sample++)
        {
            state.Row(sample).CopyTo(BeforeRow(batch, sample, step));
            var gates = GatesRow(batch, sample, step)[..RecurrentGates];
            VectorOps.Add(gates, room.Row(sample), gates);
        }
    }

    /// <summary>Adds what comes through the gates to the derivative by the state before a step, for all samples at once; and cuts it where it is truncated.</summary>
    protected virtual void EndStepBack(in LayerBatch batch, int step, Matrix gradient)
    {
        if (IsCut(step))
        {
            gradient.Values.Clear();
            Forget(batch);
            return;
        }

        var deltas = new ReadOnlyMatrix(batch.Kept(GatesPlane)[(step * Gates)..], batch.Samples, RecurrentGates, Steps * Gates);
        var room = StateRoom(batch);
        MatrixProduct.MultiplyTransposed(deltas, RecurrentWeights(batch), room, batch.Scratch);
        VectorOps.Add(gradient.Values, room.Values, gradient.Values);
    }

    /// <summary>Clears what a kind carries from step to step beside the state.</summary>
    protected virtual void Forget(in LayerBatch batch)
    {
    }

    /// <summary>Clears what a kind has of a step that is not there.</summary>
    protected virtual void SkipBack(in LayerBatch batch, int sample, int step)
    {
    }

    /// <summary>Whether <see cref="EndStepBack"/> cuts the way back before a step.</summary>
    protected bool IsCut(int step) => _truncate > 0 && step % _truncate == 0;

    /// <summary>The state before a step.</summary>
    protected Span<float> BeforeRow(in LayerBatch batch, int sample, int step) => Row(batch, BeforePlane, Neurons, sample, step);

    /// <summary>Room for as many floats as a step has gates.</summary>
    protected Span<float> Room(in LayerBatch batch) => batch.Kept(RoomPlane)[..Gates];

    /// <summary>Room for the states of all samples.</summary>
    protected Matrix StateRoom(in LayerBatch batch) => new(batch.Kept(RoomPlane)[..(batch.Samples * Neurons)], batch.Samples, Neurons);

    /// <summary>One step of one sample in a matrix that is kept for every step.</summary>
    protected Span<float> Row(in LayerBatch batch, int plane, int width, int sample, int step) => batch.Kept(plane).Slice(((sample * Steps) + step) * width, width);

    /// <summary>The states, or their gradients, of all samples at one step.</summary>
    protected Matrix State(in LayerBatch batch) => new(batch.Kept(StatePlane), batch.Samples, Neurons);

    /// <summary>The states before every step.</summary>
    protected ReadOnlyMatrix Before(in LayerBatch batch) => new(batch.Kept(BeforePlane), Rows(batch), Neurons);

    /// <summary>The derivative of the cost by every gate's sum.</summary>
    protected ReadOnlyMatrix GateDeltas(in LayerBatch batch) => new(batch.Kept(GatesPlane), Rows(batch), Gates);

    /// <summary>Steps of all samples.</summary>
    protected int Rows(in LayerBatch batch) => batch.Samples * Steps;

    private static int OutputSizeOf(LayerSpec spec, SampleShape input)
    {
        if (input.Dimensions.Count < 2)
        {
            throw new ActorNetException(
                $"a layer of kind {spec.Kind} needs sequences, and its inputs are {input}: give their shape, steps x features, as in 28x28 (--input-shape on the "
                + "command line); a recurrent layer before it must give its whole sequence.");
        }

        var neurons = spec.RequireSize("neurons");
        var features = input.Size / input.Dimensions[0];
        return (spec, features) switch
        {
            ({ Truncate: < 0 }, _) => throw new ActorNetException($"a layer of kind {spec.Kind} is truncated after {spec.Truncate} steps: it must be 1 or more, or 0 for not at all."),
            ({ Masked: true }, < 2) => throw new ActorNetException($"a masked layer of kind {spec.Kind} has one feature a step, which is the mask itself: give it more."),
            ({ Sequence: true }, _) => checked(input.Dimensions[0] * (neurons + (spec.Masked ? 1 : 0))),
            _ => neurons,
        };
    }

    private ReadOnlyMatrix Features(in LayerBatch batch) => new(batch.Inputs.Values, Rows(batch), _features, _stride);

    private ReadOnlyMatrix RecurrentWeights(in LayerBatch batch) => new(batch.Parameters[RecurrentStart..BiasesStart], Neurons, RecurrentGates);

    private Span<float> GatesRow(in LayerBatch batch, int sample, int step) => Row(batch, GatesPlane, Gates, sample, step);

    private bool IsThere(in LayerBatch batch, int sample, int step) => !_isMasked || batch.Inputs.Row(sample)[(step * _stride) + _features] != 0;

    /// <summary>Gives out the state after a step, and the mask with it, where the whole sequence is wanted.</summary>
    private void Emit(in LayerBatch batch, int sample, int step, Matrix outputs)
    {
        if (_givesSequence)
        {
            var output = outputs.Row(sample).Slice(step * _outputStride, _outputStride);
            State(batch).Row(sample).CopyTo(output);
            output[Neurons..].Fill(1);
        }
    }

    private void EmitLast(in LayerBatch batch, Matrix outputs)
    {
        if (!_givesSequence)
        {
            State(batch).Values.CopyTo(outputs.Values);
        }
    }

    private void AddDelta(in LayerBatch batch, int sample, int step, ReadOnlyMatrix delta, Span<float> gradient)
    {
        if (_givesSequence ? IsThere(batch, sample, step) : step == Steps - 1)
        {
            VectorOps.Add(gradient, delta.Row(sample).Slice(_givesSequence ? step * _outputStride : 0, Neurons), gradient);
        }
    }
}
