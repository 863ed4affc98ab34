using ActorNet.Core.Models;

namespace OwnParts;

/// <summary>a = z / (1 + |z|), da/dz = (1 - |a|)²: like tanh, without a transcendental function.</summary>
internal sealed class Softsign : Activation
{
    public override string Name => "softsign";

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width)
    {
        for (var i = 0; i < z.Length; i++)
        {
            a[i] = z[i] / (1 + Math.Abs(z[i]));
        }
    }

    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
    {
        for (var i = 0; i < a.Length; i++)
        {
            var rest = 1 - Math.Abs(a[i]);
            gradient[i] *= rest * rest;
        }
    }
}
