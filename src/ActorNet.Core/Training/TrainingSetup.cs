using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Optimization;
using ActorNet.Core.Training.Compression;
using ActorNet.Core.Training.Modes;

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
        Mode = UpdateMode.Parse(job.Mode);
        Steps = new SlicePlan(job.BatchSize, Data.CreateOrder(job.Slices, job.Seed));
        Plan = Mode is UpdateMode.Local ? new SlicePlan(job.SamplesPerUpdate, Steps.Order) : Steps;
        Codec = GradientCodec.Of(Job);
        Tree = Codec is null ? new ReductionTree(job.Slices) : new ReductionTree(job.Slices, ReductionTree.GroupSlices(job.Slices, Job.CompressionGroups!.Value)!.Value);
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

    /// <summary>How updates are made.</summary>
    public UpdateMode Mode { get; }

    /// <summary>Whether parts are applied as they arrive, each slice by its own clock.</summary>
    public bool IsStale => Mode is UpdateMode.Stale;

    /// <summary>
    /// Which sample belongs to which slice, epoch and version: what the whole cluster calls a step. A round of local steps draws what its steps draw, so to this
    /// plan it is one step of as many samples.
    /// </summary>
    public SlicePlan Plan { get; }

    /// <summary>Which sample belongs to which slice, epoch and minibatch: <see cref="Plan"/> itself but for local steps.</summary>
    public SlicePlan Steps { get; }

    /// <summary>The order of the sums.</summary>
    public ReductionTree Tree { get; }

    /// <summary>How each group's gradient is compressed; null for not.</summary>
    public GradientCodec? Codec { get; }

    /// <summary>Versions that the whole job makes: its steps, or its rounds of local steps.</summary>
    public long TotalSteps => (long)Job.Epochs * Plan.StepsPerEpoch;

    /// <summary>What large weights add to their gradient.</summary>
    public Penalty Penalty => new((float)(Job.L2 / Data.Count), (float)(Job.L1 / Data.Count));

    /// <summary>What servers clip the norm of the mean gradient to; 0 for nothing. Local steps are clipped where they are made.</summary>
    public double ServerClipNorm => Mode is UpdateMode.Local ? 0 : Job.ClipNorm;

    /// <summary>The minibatches that make a version, by their place in the epoch.</summary>
    /// <param name="version">The version that they start from.</param>
    /// <returns>The epoch, from 1, the first minibatch, and how many: fewer than H in an epoch's last round.</returns>
    public (int Epoch, int First, int Count) StepsOf(long version)
    {
        var (epoch, ofEpoch) = Math.DivRem(version, Plan.StepsPerEpoch);
        var most = Mode is UpdateMode.Local local ? local.Steps : 1;
        var first = (int)ofEpoch * most;
        return ((int)epoch + 1, first, Math.Min(most, Steps.StepsPerEpoch - first));
    }

    /// <summary>The learning rate of the first minibatch that is learned from a version.</summary>
    /// <param name="version">The version, from 0.</param>
    /// <param name="changes">What was changed since the job began, in the order in which it was asked for.</param>
    public float LearningRate(long version, IReadOnlyList<RateChange> changes)
    {
        var (epoch, first, _) = StepsOf(version);
        return LearningRate(Rate(version, changes), epoch, first);
    }

    /// <summary>The learning rate of a minibatch.</summary>
    /// <param name="rate">The rate before the schedule, which is the job's own schedule.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="step">The minibatch of the epoch.</param>
    public float LearningRate(LearningRateSpec rate, int epoch, int step) =>
        rate.At(((epoch - 1L) * Steps.StepsPerEpoch) + step, Steps.StepsPerEpoch, (long)Job.Epochs * Steps.StepsPerEpoch);

    /// <summary>What servers multiply an update of a version by.</summary>
    /// <param name="version">The version, from 0.</param>
    /// <param name="changes">What was changed since the job began: of the learning rate of minibatches, which servers do not apply where workers do.</param>
    public float ServerRate(long version, IReadOnlyList<RateChange> changes) =>
        Mode is UpdateMode.Local ? (float)(Job.Outer ?? OuterSpec.Plain).LearningRate : LearningRate(version, changes);

    /// <summary>The learning rate before the schedule that goes to workers with a version's weights; null where they need none, or know it from the job.</summary>
    /// <param name="version">The version, from 0.</param>
    /// <param name="changes">What was changed since the job began.</param>
    public double? WorkerRate(long version, IReadOnlyList<RateChange> changes) =>
        Mode is UpdateMode.Local && changes.Count > 0 ? RateChange.At(changes, version, Job.LearningRate.Rate) : null;

    /// <summary>
    /// The first version whose successor a change makes otherwise, which is asked for while all partitions hold at a version. Workers that step by themselves
    /// may have begun with the weights of that one already.
    /// </summary>
    /// <param name="held">The version at which they hold.</param>
    public long FirstChanged(long held) => Mode is UpdateMode.Local ? held + 1 : held;

    /// <summary>A partition of this job at version 0.</summary>
    public ParameterPartition CreatePartition(PartitionRange range) =>
        new(range, Network.Layout, Job.CreateServerOptimizer(), Mode is UpdateMode.Local ? default : Penalty);

    /// <summary>What collects the parts of a partition's gradient.</summary>
    public GradientAccumulator CreateAccumulator(PartitionRange range) => new(Tree, range.Length, Codec, range.Start / GradientCodec.Block);

    /// <summary>The codec of a node's gradient where it is sent; null where it is sent as it is.</summary>
    public GradientCodec? CodecOf(TreeNode node) => Codec is not null && Tree.Contains(node) && Tree.GroupOf(node.First) == node ? Codec : null;

    /// <summary>
    /// Parameters, from the first on, with which a step can begin: those of the first layer that has any. All where a version is not read layer by layer: local steps go
    /// through it again and again, and where parts are applied as they arrive it is copied.
    /// </summary>
    public int OpeningParameters => Mode is UpdateMode.Sync
        ? Enumerable.Range(1, Network.Layers.Count).Select(Network.Layout.LayerOffset).First(end => end > 0)
        : Network.Layout.Length;

    /// <summary>What a worker computes its parts with.</summary>
    public IPartCalculator CreateCalculator() => Mode is UpdateMode.Local ? new RoundCalculator(this) : new GradientCalculator(this);

    private LearningRateSpec Rate(long version, IReadOnlyList<RateChange> changes)
    {
        var rate = Job.LearningRate;
        return changes.Count == 0 ? rate : rate with { Rate = RateChange.At(changes, version, rate.Rate) };
    }
}
