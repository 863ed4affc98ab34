using System.Globalization;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Sequences;

/// <summary>Made-up sequences of two features a step, computed as they are read.</summary>
internal abstract class SequenceProblem : DataSet
{
    private readonly ulong _seed;

    /// <summary>A set.</summary>
    /// <param name="kind">The problem, for the hash.</param>
    /// <param name="name">A name for people.</param>
    /// <param name="steps">Steps of a sequence; 2 or more.</param>
    /// <param name="count">Samples.</param>
    /// <param name="seed">Two seeds, two sets.</param>
    protected SequenceProblem(string kind, string name, int steps, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        (Name, Steps, Count, _seed) = (name, steps, count, seed);
        Hash = HashOf(string.Create(CultureInfo.InvariantCulture, $"{kind} 1 {steps} {count} {seed}"));
    }

    /// <inheritdoc/>
    public sealed override string Name { get; }

    /// <inheritdoc/>
    public sealed override int Count { get; }

    /// <inheritdoc/>
    public sealed override int InputSize => 2 * Steps;

    /// <inheritdoc/>
    public sealed override string Hash { get; }

    /// <inheritdoc/>
    internal sealed override IReadOnlyList<int> InputShape => [Steps, 2];

    /// <summary>Steps of a sequence.</summary>
    protected int Steps { get; }

    /// <inheritdoc/>
    public sealed override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        Draw(new RandomStream(_seed, RandomPurpose.Sequences, position: (ulong)index), inputs, targets);
    }

    /// <summary>Writes a sample.</summary>
    /// <param name="random">The sample's own random numbers.</param>
    /// <param name="inputs">All overwritten.</param>
    /// <param name="targets">All overwritten.</param>
    protected abstract void Draw(RandomStream random, Span<float> inputs, Span<float> targets);
}
