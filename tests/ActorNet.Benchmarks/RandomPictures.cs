using ActorNet.Core.Data;

namespace ActorNet.Benchmarks;

/// <summary>Random samples of a workload as the product keeps pictures of digits in memory: a byte an input, from which it makes floats as it draws them.</summary>
internal sealed class RandomPictures : DataSet
{
    private readonly ImageDataSet _pictures;
    private readonly int _passes;

    /// <param name="workload">Its sizes.</param>
    /// <param name="passes">How many times the samples follow each other: more make longer epochs of the same memory.</param>
    public RandomPictures(Workload workload, int passes = 1)
    {
        var random = new Random(1);
        var pixels = new byte[Workload.Samples * workload.Sizes[0]];
        random.NextBytes(pixels);
        var labels = new byte[Workload.Samples];
        foreach (ref var label in labels.AsSpan())
        {
            label = (byte)random.Next(workload.Sizes[^1]);
        }
        _pictures = new ImageDataSet("random", workload.Sizes[0], height: 1, workload.Sizes[^1], pixels, labels);
        _passes = passes;
    }

    public override string Name => "random";

    public override TaskKind Task => TaskKind.Classification;

    public override int Count => _passes * Workload.Samples;

    public override int InputSize => _pictures.InputSize;

    public override int TargetSize => _pictures.TargetSize;

    public override string Hash => "";

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        _pictures.Read(index % Workload.Samples, inputs, targets);
    }

    internal override void Prefetch(int index) => _pictures.Prefetch(index % Workload.Samples);
}
