using ActorNet.Core.Data;
using ActorNet.Core.Models;

namespace ActorNet.Core.Training;

/// <summary>What every worker of a job computes with: built once on a node from the job and its data, and shared read-only by all threads.</summary>
internal sealed class TrainingSetup
{
    /// <summary>Checks that the job, the network and the data fit.</summary>
    /// <param name="job">The job.</param>
    /// <param name="data">The training set, without the held-out part.</param>
    /// <exception cref="ActorNetException">They do not fit.</exception>
    public TrainingSetup(JobSpec job, DataSet data)
    {
        job.Validate();
        Network = Network.Create(job.Model);
        Cost = Cost.Find(job.Cost);
        Cost.Check(Network.OutputActivation);
        job.CheckData(data);
        Job = job.With(data);
        Data = job.Expanded(data);
        Treatment = SampleTreatment.Of(Job, Data);
        Plan = new SlicePlan(job.BatchSize, Data.CreateOrder(job.Slices, job.Seed));
        Tree = new ReductionTree(job.Slices);
    }

    /// <summary>The job, its data named by content and its class weights known.</summary>
    public JobSpec Job { get; }

    /// <summary>What an epoch goes through: the training set, expanded if the job says so.</summary>
    public DataSet Data { get; }

    /// <summary>What is done to a sample before it is learned from; null for nothing.</summary>
    public SampleTreatment? Treatment { get; }

    /// <summary>The network.</summary>
    public Network Network { get; }

    /// <summary>The cost.</summary>
    public Cost Cost { get; }

    /// <summary>Which sample belongs to which slice, epoch and step.</summary>
    public SlicePlan Plan { get; }

    /// <summary>The order of the sums.</summary>
    public ReductionTree Tree { get; }

    /// <summary>Steps of the whole job.</summary>
    public long TotalSteps => (long)Job.Epochs * Plan.StepsPerEpoch;

    /// <summary>What large weights add to their gradient.</summary>
    public Penalty Penalty => new((float)(Job.L2 / Data.Count), (float)(Job.L1 / Data.Count));

    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="changes">What was changed since the job began, in the order in which it was asked for.</param>
    public float LearningRate(long step, IReadOnlyList<RateChange> changes)
    {
        var rate = Job.LearningRate;
        return (changes.Count == 0 ? rate : rate with { Rate = RateChange.At(changes, step, rate.Rate) }).At(step, Plan.StepsPerEpoch, TotalSteps);
    }

    /// <summary>A partition of this job at version 0.</summary>
    public ParameterPartition CreatePartition(PartitionRange range) => new(range, Network.Layout, Job.Optimizer.Create(), Penalty);
}
