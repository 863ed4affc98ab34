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

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        whole.Read(start + index, inputs, targets);
    }

    internal override void Prefetch(int index) => whole.Prefetch(start + index);
}
