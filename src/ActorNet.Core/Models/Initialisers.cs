using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>Weights and biases N(0, 1): the book's first (Nielsen, chapter 1, network.py).</summary>
internal sealed class NormalInitialiser : Initialiser
{
    public override string Name => "normal";

    public override void Fill(Span<float> weights, Span<float> biases, int inputs, int outputs, RandomStream stream)
    {
        stream.FillNormal(weights, 1f);
        stream.FillNormal(biases, 1f, (ulong)weights.Length);
    }
}

/// <summary>Weights N(0, 1) / √inputs, biases N(0, 1): the book's improved (Nielsen, chapter 3, «Weight initialization»).</summary>
internal sealed class ScaledNormalInitialiser : Initialiser
{
    public override string Name => "normal-scaled";

    public override void Fill(Span<float> weights, Span<float> biases, int inputs, int outputs, RandomStream stream)
    {
        stream.FillNormal(weights, (float)(1 / Math.Sqrt(inputs)));
        stream.FillNormal(biases, 1f, (ulong)weights.Length);
    }
}

/// <summary>
/// Weights uniform in ±√(6 / (inputs + outputs)), biases 0. X. Glorot, Y. Bengio, «Understanding the difficulty of training
/// deep feedforward neural networks», AISTATS 2010, eq. 16.
/// </summary>
internal sealed class GlorotInitialiser : Initialiser
{
    public override string Name => "glorot";

    public override void Fill(Span<float> weights, Span<float> biases, int inputs, int outputs, RandomStream stream)
    {
        var limit = Math.Sqrt(6 / ((double)inputs + outputs));
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(limit * (2 * stream.UniformDouble((ulong)i) - 1));
        }
        biases.Clear();
    }
}

/// <summary>
/// Weights N(0, 2 / inputs), biases 0: for relu. K. He, X. Zhang, S. Ren, J. Sun, «Delving deep into rectifiers: surpassing
/// human-level performance on ImageNet classification», ICCV 2015, section 2.2, eq. 10.
/// </summary>
internal sealed class HeInitialiser : Initialiser
{
    public override string Name => "he";

    public override void Fill(Span<float> weights, Span<float> biases, int inputs, int outputs, RandomStream stream)
    {
        stream.FillNormal(weights, (float)Math.Sqrt(2.0 / inputs));
        biases.Clear();
    }
}
