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
            (_workload, _trainer) = (workload, new LocalTrainer(new TrainingSetup(WorkloadJob.Create(workload), new RandomPictures(workload))));
        }
        return SamplesPerSecond(workload.Batch, duration, _trainer!.Step);
    }
}
