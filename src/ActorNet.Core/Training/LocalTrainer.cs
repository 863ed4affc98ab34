using ActorNet.Core.Data;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// Trains a job in one loop on the calling thread, with the same objects as the cluster and no actors: the oracle that every cluster must agree
/// with, bit for bit, and the way to train inside another program.
/// </summary>
internal sealed class LocalTrainer
{
    private readonly TrainingSetup _setup;
    private readonly IPartCalculator _calculator;
    private readonly ParameterPartition[] _partitions;
    private readonly GradientAccumulator[] _accumulators;
    private readonly SampleLedger _ledger;
    private readonly List<EpochResult> _history = [];
    private readonly int[] _counts;
    private readonly IReadOnlyList<RateChange> _changes;
    private Score _running;
    private Evaluator? _evaluator;

    /// <summary>A trainer at the job's first weights.</summary>
    /// <param name="setup">The job and its data.</param>
    /// <param name="partitions">Partitions of the parameters; they change no bit.</param>
    /// <param name="changes">Changes of the learning rate.</param>
    public LocalTrainer(TrainingSetup setup, int partitions = 1, IReadOnlyList<RateChange>? changes = null)
    {
        _changes = changes ?? [];
        _setup = setup;
        _calculator = setup.CreateCalculator();
        _calculator.SetLease(setup.Tree.Cover(0, setup.Tree.Slices));
        _partitions = [.. PartitionPlan.Cut(setup.Network.Layout.Length, partitions).Select(setup.CreatePartition)];
        _accumulators = [.. _partitions.Select(partition => setup.CreateAccumulator(partition.Range))];
        _ledger = new SampleLedger(setup.Plan);
        _counts = new int[setup.Job.Slices];
        Weights = new AlignedBuffer(setup.Network.Layout.Length);
        setup.Network.Initialise(Weights.Span, setup.Job.Seed);
    }

    /// <summary>The parameter vector.</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>Updates applied.</summary>
    public long Version { get; private set; }

    /// <summary>What each finished epoch came to.</summary>
    public IReadOnlyList<EpochResult> History => _history;

    /// <summary>Makes one step, or one round of local steps.</summary>
    /// <exception cref="ActorNetException">The cost is not finite.</exception>
    public void Step()
    {
        _setup.Plan.CountSlices((int)(Version % _setup.Plan.StepsPerEpoch), _counts);
        var parts = _calculator.Compute(Version, Weights.Span, _setup.WorkerRate(Version, _changes));
        for (var i = 0; i < _partitions.Length; i++)
        {
            var (partition, accumulator) = (_partitions[i], _accumulators[i]);
            accumulator.Begin(Version, _counts);
            for (var k = 0; k < parts.Count; k++)
            {
                accumulator.Add(parts[k], parts[k].Gradient.Slice(partition.Range.Start, partition.Range.Length));
            }
        }

        var factor = Factor();
        for (var i = 0; i < _partitions.Length; i++)
        {
            var range = Weights.Span.Slice(_partitions[i].Range.Start, _partitions[i].Range.Length);
            _partitions[i].Apply(_accumulators[i], _setup.ServerRate(Version, _changes), factor, range, range);
        }

        _ledger.Add(_accumulators[0]);
        _running += new Score(_accumulators[0].Samples, _accumulators[0].Cost, _accumulators[0].Correct);
        Version++;
    }

    /// <summary>Trains to the end of the running epoch and judges the weights.</summary>
    /// <param name="test">The test set, if any.</param>
    /// <param name="validation">The held-out set, if any.</param>
    /// <exception cref="ActorNetException">The cost or the weights are not finite, or the ledger is not exact.</exception>
    public EpochResult RunEpoch(DataSet? test = null, DataSet? validation = null)
    {
        do
        {
            Step();
        }
        while (Version % _setup.Plan.StepsPerEpoch != 0);

        var epoch = _ledger.Epoch;
        if (_ledger.CloseEpoch() is { } difference)
        {
            throw new ActorNetException($"The ledger is not exact: {difference}.");
        }

        FiniteNumbers.RequireWeights(_setup.Network.Layout, Weights.Span, Version);
        var result = EpochResults.Create(_setup.Data.Task, epoch, _running, Judge(test), Judge(validation), seconds: 0);
        _running = default;
        _history.Add(result);
        return result;
    }

    /// <summary>Trains to the end of the job, or until the target accuracy is reached or patience is at its end.</summary>
    /// <param name="test">The test set, if any.</param>
    /// <param name="validation">The held-out set, if any.</param>
    /// <param name="eachEpoch">Sees each epoch's result.</param>
    /// <exception cref="ActorNetException">The cost or the weights are not finite, the ledger is not exact, or patience has no held-out set.</exception>
    public void Run(DataSet? test = null, DataSet? validation = null, Action<EpochResult>? eachEpoch = null)
    {
        EpochResults.RequireHeldOut(_setup.Job, validation);
        while (Version < _setup.TotalSteps)
        {
            var result = RunEpoch(test, validation);
            eachEpoch?.Invoke(result);
            if (EpochResults.ReachesTarget(_setup.Job, result) || EpochResults.HasStalled(_setup.Job, _history))
            {
                return;
            }
        }
    }

    /// <summary>What the gradient of this step is multiplied by.</summary>
    private float Factor()
    {
        if (_setup.ServerClipNorm is not (> 0 and var clip))
        {
            return 1;
        }

        var squares = SquareSum.Zero;
        for (var i = 0; i < _partitions.Length; i++)
        {
            squares += _partitions[i].Squares(_accumulators[i], clip);
        }

        return squares.Factor();
    }

    private Score? Judge(DataSet? data) =>
        data is null ? null : (_evaluator ??= new Evaluator(_setup.Network, _setup.Cost)).Judge(Weights.Span, data);
}
