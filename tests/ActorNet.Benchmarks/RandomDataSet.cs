using ActorNet.Core.Data;

namespace ActorNet.Benchmarks;

/// <summary>The random samples of a workload as a data set of floats in memory.</summary>
/// <param name="workload">Its sizes.</param>
/// <param name="passes">How many times the samples follow each other: more make longer epochs of the same memory.</param>
internal sealed class RandomDataSet(Workload workload, int passes = 1) : DataSet
{
    private readonly RandomSamples _samples = new(workload);

    public override string Name => "random";

    public override TaskKind Task => TaskKind.Classification;

    public override int Count => passes * Workload.Samples;

    public override int InputSize => _samples.InputSize;

    public override int TargetSize => _samples.TargetSize;

    public override string Hash => "";

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        index %= Workload.Samples;
        _samples.Inputs.AsSpan(index * InputSize, InputSize).CopyTo(inputs);
        _samples.Targets.AsSpan(index * TargetSize, TargetSize).CopyTo(targets);
    }

    internal override void Prefetch(int index)
    {
        index %= Workload.Samples;
        Core.Numerics.Prefetch.Start<float>(_samples.Inputs.AsSpan(index * InputSize, InputSize));
        Core.Numerics.Prefetch.Start<float>(_samples.Targets.AsSpan(index * TargetSize, TargetSize));
    }
}
