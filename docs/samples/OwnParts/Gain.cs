using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace OwnParts;

/// <summary>z_j = g_j x_j: one learnt gain per input. dC/dx_j = g_j δ_j, and dC/dg_j is the sum of x_j δ_j over samples.</summary>
internal sealed class Gain : Layer
{
    public Gain(int inputs, LayerSpec spec)
        : base(inputs, spec.Size, Activation.Find(spec.Activation))
    {
        if (spec.Size != inputs)
        {
            throw new ActorNetException($"A gain layer of size {spec.Size} was given {inputs} inputs: make its size {inputs}.");
        }
    }

    public override IReadOnlyList<ParameterShape> Parameters => [new("gains", 1, InputSize, Decays: false)];

    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) => parameters.Fill(1);

    public override void Forward(in LayerBatch batch, Matrix sums) =>
        Multiply(batch.Parameters, batch.Inputs, sums);

    public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient) =>
        Multiply(batch.Parameters, delta, inputGradient);

    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient) =>
        gradient.WriteSlices(0, InputSize, batch.Parameters, batch.Inputs, delta, AddSamples);

    private static void Multiply(ReadOnlySpan<float> gains, ReadOnlyMatrix rows, Matrix products)
    {
        for (var row = 0; row < rows.Rows; row++)
        {
            for (var j = 0; j < gains.Length; j++)
            {
                products.Row(row)[j] = gains[j] * rows.Row(row)[j];
            }
        }
    }

    private static void AddSamples(ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, Span<float> sum)
    {
        for (var row = 0; row < inputs.Rows; row++)
        {
            for (var j = 0; j < sum.Length; j++)
            {
                sum[j] += inputs.Row(row)[j] * delta.Row(row)[j];
            }
        }
    }
}
