using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>1/2 Σ (a - y)², the book's quadratic cost of one sample (Nielsen, chapter 1, eq. 6). dC/da = a - y.</summary>
internal sealed class QuadraticCost : Cost
{
    public override string Name => "quadratic";

    public override double Value(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        var sum = 0.0;
        for (var i = 0; i < outputs.Length; i++)
        {
            var difference = (double)outputs[i] - targets[i];
            sum += difference * difference;
        }
        return 0.5 * sum;
    }

    public override void Gradient(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient) =>
        VectorOps.Subtract(outputs, targets, gradient);
}
