using System.Globalization;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Sequences;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber, Neural Computation 9, 1997, experiment 4): every step has a number in [0, 1) and a mark, which two steps
/// have, one in each half; the target is the sum of their numbers. Who answers 1 always is off by √(1/6), 0.41; only memory does better.
/// </summary>
internal sealed class AddingProblem : DataSet
{
    private readonly int _steps;
    private readonly ulong _seed;

    /// <summary>A set that is computed as it is read.</summary>
    /// <param name="name">A name for people.</param>
    /// <param name="steps">Steps of a sequence; 2 or more.</param>
    /// <param name="count">Samples.</param>
    /// <param name="seed">Two seeds, two sets.</param>
    public AddingProblem(string name, int steps, int count, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 2);
        (Name, _steps, Count, _seed) = (name, steps, count, seed);
        Hash = HashOf(string.Create(CultureInfo.InvariantCulture, $"adding 1 {steps} {count} {seed}"));
    }

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override TaskKind Task => TaskKind.Regression;

    /// <inheritdoc/>
    public override int Count { get; }

    /// <inheritdoc/>
    public override int InputSize => 2 * _steps;

    /// <inheritdoc/>
    public override int TargetSize => 1;

    /// <inheritdoc/>
    public override string Hash { get; }

    /// <inheritdoc/>
    internal override IReadOnlyList<int> InputShape => [_steps, 2];

    /// <inheritdoc/>
    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var random = new RandomStream(_seed, RandomPurpose.Sequences, position: (ulong)index);
        for (var step = 0; step < _steps; step++)
        {
            inputs[2 * step] = random.Uniform((ulong)step);
            inputs[(2 * step) + 1] = 0;
        }

        var half = _steps / 2;
        var (first, second) = (random.Below((ulong)_steps, half), half + random.Below((ulong)_steps + 1, _steps - half));
        inputs[(2 * first) + 1] = inputs[(2 * second) + 1] = 1;
        targets[0] = inputs[2 * first] + inputs[2 * second];
    }
}
