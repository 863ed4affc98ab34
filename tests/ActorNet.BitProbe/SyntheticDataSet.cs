using ActorNet.Core.Data;
using ActorNet.Core.Numerics;

namespace ActorNet.BitProbe;

/// <summary>Classes that are clouds around centres of their own, drawn when they are read.</summary>
internal sealed class SyntheticDataSet(int count) : DataSet
{
    private readonly RandomStream _centres = new(1, RandomPurpose.Test, position: 1);
    private readonly RandomStream _noise = new(1, RandomPurpose.Test, position: 2);

    public override string Name => "synthetic";

    public override TaskKind Task => TaskKind.Classification;

    public override int Count => count;

    public override int InputSize => 21;

    public override int TargetSize => 5;

    public override string Hash => $"synthetic {count}";

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var label = index % TargetSize;
        for (var i = 0; i < inputs.Length; i++)
        {
            inputs[i] = (float)(_centres.Normal((ulong)(label * InputSize + i)) + _noise.Normal((ulong)(index * InputSize + i)));
        }

        targets.Clear();
        targets[label] = 1;
    }
}
