using ActorNet.Core.Training;

namespace ActorNet.Benchmarks;

/// <summary>ActorNet without actors: the loop that its clusters agree with bit for bit, slices and all, on the calling thread.</summary>
internal sealed class ActorNetContender : Contender
{
    private Workload? _workload;
    private LocalTrainer? _trainer;

    public override string Name => "actornet";

    public override string Library => "ActorNet's LocalTrainer, default slices";

    public override double Round(Workload workload, TimeSpan duration)
    {
        if (_workload != workload)
        {
            (_workload, _trainer) = (workload, new LocalTrainer(new TrainingSetup(WorkloadJob.Create(workload), Pictures(workload))));
        }
        return SamplesPerSecond(workload.Batch, duration, _trainer!.Step);
    }

    private static ActorNet.Core.Data.DataSet Pictures(Workload workload)
    {
        if (Environment.GetEnvironmentVariable("FLOATS") is not null)
        {
            return new RandomDataSet(workload);
        }
        var random = new Random(1);
        var pixels = new byte[Workload.Samples * workload.Sizes[0]];
        random.NextBytes(pixels);
        var labels = new byte[Workload.Samples];
        foreach (ref var label in labels.AsSpan())
        {
            label = (byte)random.Next(10);
        }
        return new ActorNet.Core.Data.ImageDataSet("pictures", 28, 28, 10, pixels, labels);
    }
}
