using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Sequences;

/// <summary>
/// The parity of a bit string: class 1 where an odd number of bits is one. Every step has a bit, as −1 or 1, and the mask: strings are of one bit up to the
/// number of steps, the steps after the last are not there. No bit says anything by itself, so that nothing but a state answers better than half the time.
/// </summary>
/// <param name="name">A name for people.</param>
/// <param name="steps">Steps of a sequence; 2 or more.</param>
/// <param name="count">Samples.</param>
/// <param name="seed">Two seeds, two sets.</param>
internal sealed class ParityProblem(string name, int steps, int count, ulong seed) : SequenceProblem("parity", name, steps, count, seed)
{
    /// <inheritdoc/>
    public override TaskKind Task => TaskKind.Classification;

    /// <inheritdoc/>
    public override int TargetSize => 2;

    /// <inheritdoc/>
    protected override void Draw(RandomStream random, Span<float> inputs, Span<float> targets)
    {
        var length = 1 + random.Below((ulong)Steps, Steps);
        var parity = 0;
        inputs.Clear();
        for (var step = 0; step < length; step++)
        {
            var bit = (int)(random.UInt32((ulong)step) >> 31);
            parity ^= bit;
            (inputs[2 * step], inputs[(2 * step) + 1]) = ((2 * bit) - 1, 1);
        }

        (targets[0], targets[1]) = (1 - parity, parity);
    }
}
