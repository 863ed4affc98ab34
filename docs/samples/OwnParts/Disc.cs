using ActorNet.Core.Data;
using ActorNet.Core.Numerics;

namespace OwnParts;

/// <summary>Points of a square, drawn as they are read: is a point inside the disc in the middle, or outside?</summary>
internal sealed class Disc(ulong seed, int count) : DataSet
{
    public override string Name => "disc";

    public override TaskKind Task => TaskKind.Classification;

    public override int Count => count;

    public override int InputSize => 2;

    public override int TargetSize => 2;

    /// <summary>The points are a function of these alone, so they name the content.</summary>
    public override string Hash => HashOf($"disc 1, seed {seed}, {count} points");

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var random = new RandomStream(seed, RandomPurpose.Custom, position: (ulong)index);
        var (x, y) = ((2 * random.Uniform(0)) - 1, (2 * random.Uniform(1)) - 1);
        var inside = (x * x) + (y * y) < 0.6f;
        (inputs[0], inputs[1]) = (x, y);
        (targets[0], targets[1]) = inside ? (0, 1) : (1, 0);
    }
}
