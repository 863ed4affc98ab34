namespace ActorNet.Core.Models;

/// <summary>a = z: for regression.</summary>
internal sealed class IdentityActivation : Activation
{
    public override string Name => "identity";

    public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => z.CopyTo(a);

    public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
    {
    }
}
