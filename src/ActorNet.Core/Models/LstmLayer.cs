using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// Long short-term memory (Hochreiter and Schmidhuber, Neural Computation 9, 1997) with a forget gate (Gers, Schmidhuber and Cummins, Neural Computation 12,
/// 2000): c = f∘c′ + i∘g and h = o∘tanh(c), where i, f and o are sigmoids and g a tanh of sums over features, state and bias. The gates lie in the order
/// i, f, g, o. Forget gates begin with one more in their biases, so that a new network remembers (Jozefowicz, Zaremba and Sutskever, ICML 2015).
/// </summary>
internal sealed class LstmLayer : RecurrentLayer
{
    private const int CellsBefore = OwnPlane, Cells = OwnPlane + 1;

    private static readonly Activation _sigmoid = Activation.Find("sigmoid");
    private static readonly Activation _tanh = Activation.Find("tanh");

    /// <summary>A layer of <see cref="LayerSpec.Size"/> neurons.</summary>
    /// <exception cref="ActorNetException">The inputs are no sequence.</exception>
    public LstmLayer(LayerSpec spec, SampleShape input)
        : base(spec, input, gates: 4, recurrentGates: 4, input.Dimensions[0] * spec.Size, spec.Size)
    {
    }

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random)
    {
        base.Initialise(parameters, initialiser, random);
        foreach (ref var bias in parameters.Slice(BiasesStart + Neurons, Neurons))
        {
            bias += 1;
        }
    }

    /// <inheritdoc/>
    protected override void Forget(in LayerBatch batch) => batch.Kept(Cells).Clear();

    /// <inheritdoc/>
    protected override void Step(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> state)
    {
        var (i, f, g, o) = (0, Neurons, 2 * Neurons, 3 * Neurons);
        _sigmoid.Forward(gates[..g], gates[..g], g);
        _tanh.Forward(gates[g..o], gates[g..o], Neurons);
        _sigmoid.Forward(gates[o..], gates[o..], Neurons);
        var cell = Cell(batch, sample);
        cell.CopyTo(Row(batch, CellsBefore, Neurons, sample, step));
        VectorOps.Multiply(gates[f..g], cell, cell);
        VectorOps.Multiply(gates[i..f], gates[g..o], state);
        VectorOps.Add(cell, state, cell);
        _tanh.Forward(cell, state, Neurons);
        VectorOps.Multiply(gates[o..], state, state);
    }

    /// <inheritdoc/>
    protected override void StepBack(in LayerBatch batch, int sample, int step, Span<float> gates, Span<float> gradient)
    {
        var n = Neurons;
        Span<float> input = gates[..n], forget = gates.Slice(n, n), candidate = gates.Slice(2 * n, n), output = gates[(3 * n)..];
        Span<float> kept = Room(batch)[..n], room = Room(batch).Slice(n, n);
        var before = Row(batch, CellsBefore, n, sample, step);
        var cellGradient = Cell(batch, sample);

        // tanh(c), made of the same operations as on the way forwards.
        VectorOps.Multiply(forget, before, kept);
        VectorOps.Multiply(input, candidate, room);
        VectorOps.Add(kept, room, kept);
        _tanh.Forward(kept, kept, n);

        // The cell counts through h = o∘tanh(c) and through the step after.
        VectorOps.Multiply(gradient, output, room);
        _tanh.Backward(default, kept, room, n);
        VectorOps.Add(cellGradient, room, cellGradient);
        Back(_sigmoid, output, gradient, kept, room);

        // Input gate and candidate are each other's factors.
        input.CopyTo(kept);
        Back(_sigmoid, input, cellGradient, candidate, room);
        Back(_tanh, candidate, cellGradient, kept, room);
        forget.CopyTo(kept);
        Back(_sigmoid, forget, cellGradient, before, room);
        VectorOps.Multiply(cellGradient, kept, cellGradient);
        gradient.Clear();
    }

    /// <summary>Turns a gate into the derivative of the cost by its sum: that by what it was a factor of, times the other factor, back through its activation.</summary>
    private static void Back(Activation activation, Span<float> gate, ReadOnlySpan<float> product, ReadOnlySpan<float> factor, Span<float> room)
    {
        VectorOps.Multiply(product, factor, room);
        activation.Backward(default, gate, room, gate.Length);
        room.CopyTo(gate);
    }

    private Span<float> Cell(in LayerBatch batch, int sample) => batch.Kept(Cells).Slice(sample * Neurons, Neurons);
}
