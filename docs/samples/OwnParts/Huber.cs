using ActorNet.Core.Models;

namespace OwnParts;

/// <summary>Half the squared error where it is under 1, the absolute error less one half beyond (P. J. Huber, 1964).</summary>
internal sealed class Huber : Cost
{
    public override string Name => "huber";

    public override double Value(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
    {
        var sum = 0.0;
        for (var i = 0; i < outputs.Length; i++)
        {
            var error = Math.Abs((double)outputs[i] - targets[i]);
            sum += error < 1 ? 0.5 * error * error : error - 0.5;
        }

        return sum;
    }

    public override void Gradient(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            gradient[i] = Math.Clamp(outputs[i] - targets[i], -1, 1);
        }
    }
}
