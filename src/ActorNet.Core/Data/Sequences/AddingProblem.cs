using ActorNet.Core.Numerics;

namespace ActorNet.Core.Data.Sequences;

/// <summary>
/// The adding problem (Hochreiter and Schmidhuber, Neural Computation 9, 1997, experiment 4): every step has a number in [0, 1) and a mark, which two steps
/// have, one in each half; the target is the sum of their numbers. Who answers 1 always is off by √(1/6), 0.41; only memory does better.
/// </summary>
/// <param name="name">A name for people.</param>
/// <param name="steps">Steps of a sequence; 2 or more.</param>
/// <param name="count">Samples.</param>
/// <param name="seed">Two seeds, two sets.</param>
internal sealed class AddingProblem(string name, int steps, int count, ulong seed) : SequenceProblem("adding", name, steps, count, seed)
{
    /// <inheritdoc/>
    public override TaskKind Task => TaskKind.Regression;

    /// <inheritdoc/>
    public override int TargetSize => 1;

    /// <inheritdoc/>
    protected override void Draw(RandomStream random, Span<float> inputs, Span<float> targets)
    {
        for (var step = 0; step < Steps; step++)
        {
            inputs[2 * step] = random.Uniform((ulong)step);
            inputs[(2 * step) + 1] = 0;
        }

        var half = Steps / 2;
        var (first, second) = (random.Below((ulong)Steps, half), half + random.Below((ulong)Steps + 1, Steps - half));
        inputs[(2 * first) + 1] = inputs[(2 * second) + 1] = 1;
        targets[0] = inputs[2 * first] + inputs[2 * second];
    }
}
