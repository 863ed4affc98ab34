using ActorNet.Core.Data.Formats;
using ActorNet.Core.Data.Shards;

namespace ActorNet.Core.Data;

/// <summary>A contiguous range of another data set.</summary>
internal sealed class DataSetSlice(DataSet whole, int start, int count) : DataSet
{
    private string? _hash;

    public override string Name => $"{whole.Name}[{start}..{start + count}]";

    public override TaskKind Task => whole.Task;

    public override int Count => count;

    public override int InputSize => whole.InputSize;

    public override int TargetSize => whole.TargetSize;

    /// <summary>Names the range of the whole set's content; reading the samples again would say no more.</summary>
    public override string Hash =>
        _hash ??= HashOf($"{whole.Hash}[{start}..{start + count}]");

    public override IReadOnlyList<string>? TargetNames => whole.TargetNames;

    internal override SampleFormat? Format => whole.Format;

    internal override IReadOnlyList<int>? InputShape => whole.InputShape;

    internal override ImageShape? Image => whole.Image;

    internal override bool HasBytes => whole.HasBytes;

    /// <summary>The beginning of a sharded set is a sharded set with shorter shards; any other part is not.</summary>
    internal override int Shards => start == 0 ? whole.Shards : 0;

    internal override ShardedDataSet? Sharded => start == 0 ? whole.Sharded : null;

    internal override SliceReader OpenSlice(SampleOrder order, int slice) =>
        start == 0 ? whole.OpenSlice(order, slice) : base.OpenSlice(order, slice);

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        whole.Read(start + index, inputs, targets);
    }

    internal override void Prefetch(int index) => whole.Prefetch(start + index);
}
