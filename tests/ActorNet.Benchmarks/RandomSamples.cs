namespace ActorNet.Benchmarks;

/// <summary>Random inputs in [0, 1) and one-hot targets, row-major, and the walk over them in successive minibatches.</summary>
internal sealed class RandomSamples
{
    private readonly int _batch;
    private int _next;

    public RandomSamples(Workload workload)
    {
        var random = new Random(1);
        _batch = workload.Batch;
        InputSize = workload.Sizes[0];
        TargetSize = workload.Sizes[^1];
        Inputs = new float[Workload.Samples * InputSize];
        Targets = new float[Workload.Samples * TargetSize];
        foreach (ref var input in Inputs.AsSpan())
        {
            input = random.NextSingle();
        }
        for (var sample = 0; sample < Workload.Samples; sample++)
        {
            Targets[sample * TargetSize + random.Next(TargetSize)] = 1;
        }
    }

    public int InputSize { get; }

    public int TargetSize { get; }

    public float[] Inputs { get; }

    public float[] Targets { get; }

    /// <summary>The index of the first sample of the next whole minibatch; starts again at 0 after the last.</summary>
    public int NextMinibatch()
    {
        var first = _next;
        _next = first + 2 * _batch <= Workload.Samples ? first + _batch : 0;
        return first;
    }
}
