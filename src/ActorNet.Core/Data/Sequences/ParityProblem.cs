using System.Globalization;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Sequences;

/// <summary>
/// The parity of a bit string: class 1 where an odd number of bits is one. Every step has a bit, as −1 or 1, and the mask: strings are of one bit up to the
/// number of steps, the steps after the last are not there. No bit says anything by itself, so that nothing but a state answers better than half the time.
/// </summary>
internal sealed class ParityProblem : DataSet
{
    private readonly int _steps;
    private readonly ulong _seed;

    /// <summary>A set that is computed as it is read.</summary>
    /// <param name="name">A name for people.</param>
    /// <param name="steps">Bits of the longest string; 1 or more.</param>
    /// <param name="count">Samples.</param>
    /// <param name="seed">Two seeds, two sets.</param>
    public ParityProblem(string name, int steps, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        (Name, _steps, Count, _seed) = (name, steps, count, seed);
        Hash = HashOf(string.Create(CultureInfo.InvariantCulture, $"parity 1 {steps} {count} {seed}"));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override TaskKind Task => TaskKind.Classification;

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int InputSize => 2 * _steps;

    /// <inheritdoc/>
    public override int TargetSize => 2;

    /// <inheritdoc/>
    public override string Hash { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<int> InputShape => [_steps, 2];

    /// <inheritdoc/>
    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var random = new RandomStream(_seed, RandomPurpose.Sequences, position: (ulong)index);
        var length = 1 + random.Below((ulong)_steps, _steps);
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
