namespace ActorNet.Benchmarks;

/// <summary>The same step written in C# over OpenBLAS, on the calling thread.</summary>
internal sealed class OpenBlasContender : Contender
{
    private const float LearningRate = 0.1f;

    private Workload? _workload;
    private Action? _step;

    /// <exception cref="ContenderAbsentException">OpenBLAS is not installed.</exception>
    public OpenBlasContender() => Library = OpenBlas.Load() + " from C#";

    public override string Name => "openblas";

    public override string Library { get; }

    public override double Round(Workload workload, TimeSpan duration)
    {
        if (_workload != workload)
        {
            (_workload, _step) = (workload, Prepare(workload));
        }
        return SamplesPerSecond(workload.Batch, duration, _step!);
    }

    private static Action Prepare(Workload workload)
    {
        var network = new OpenBlasNetwork(workload.Sizes, workload.Batch, LearningRate);
        var samples = new RandomSamples(workload);
        return () =>
        {
            var first = samples.NextMinibatch();
            network.Step(
                samples.Inputs.AsSpan(first * samples.InputSize, workload.Batch * samples.InputSize),
                samples.Targets.AsSpan(first * samples.TargetSize, workload.Batch * samples.TargetSize));
        };
    }
}
