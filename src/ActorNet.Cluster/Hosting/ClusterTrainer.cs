using System.Diagnostics;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Hosting;

/// <summary>Trains a job with coordinator, parameter servers and workers as actors on a one-node cluster in this process.</summary>
public static class ClusterTrainer
{
    /// <summary>Trains to the end of the job.</summary>
    /// <param name="request">The job and how to train it.</param>
    /// <param name="observer">Sees what happens, one event at a time.</param>
    /// <param name="stop">Asks to finish the step, write a checkpoint and end with <see cref="EndReason.Stopped"/>.</param>
    /// <exception cref="ActorNet.Core.ActorNetException">Training failed; the message names the first cause.</exception>
    public static Task<TrainingOutcome> TrainAsync(TrainingRequest request, Action<TrainingEvent>? observer = null, CancellationToken stop = default) =>
        Task.Run(() => new StandIn(request, observer ?? (_ => { })).Run(stop), CancellationToken.None);

    /// <summary>One thread, no actors: until the actors come.</summary>
    private sealed class StandIn
    {
        private readonly TrainingRequest _request;
        private readonly Action<TrainingEvent> _observer;
        private readonly TrainingSetup _setup;
        private readonly Snapshot _now;
        private readonly ParameterPartition _partition;
        private readonly GradientCalculator _calculator;
        private readonly GradientAccumulator _accumulator;
        private readonly SampleLedger _ledger;
        private readonly CheckpointStore? _store;
        private readonly List<EpochResult> _history = [];
        private readonly int[] _counts;
        private Score _running;
        private long _version;
        private string? _checkpoint;

        public StandIn(TrainingRequest request, Action<TrainingEvent> observer)
        {
            (_request, _observer) = (request, observer);
            _setup = new TrainingSetup(request.Job, request.Training);
            var length = _setup.Network.Layout.Length;
            _partition = _setup.CreatePartition(PartitionPlan.Cut(length, 1)[0]);
            _now = new Snapshot(length, _partition.State.Count);
            _calculator = new GradientCalculator(_setup);
            _calculator.SetLease([_setup.Tree.Root]);
            _accumulator = new GradientAccumulator(_setup.Tree, length);
            _ledger = new SampleLedger(_setup.Plan);
            _counts = new int[request.Job.Slices];
            _store = request.CheckpointFolder is null ? null : new CheckpointStore(request.CheckpointFolder, request.KeepCheckpoints);
            _store?.Open();
            Start();
        }

        public TrainingOutcome Run(CancellationToken stop)
        {
            var perEpoch = _setup.Plan.StepsPerEpoch;
            var first = _version;
            _observer(new TrainingEvent.Started(_version, _setup.TotalSteps, perEpoch, _now.Weights.Length, _request.Workers, 1));
            var (watch, last, lastVersion) = (Stopwatch.StartNew(), TimeSpan.Zero, _version);
            var epochStart = watch.Elapsed;
            var reason = EndReason.Finished;
            while (_version < _setup.TotalSteps)
            {
                if (stop.IsCancellationRequested)
                {
                    reason = EndReason.Stopped;
                    Write(finished: false);
                    break;
                }

                Step();
                if (watch.Elapsed - last > TimeSpan.FromSeconds(0.2))
                {
                    var rate = (_version - lastVersion) * _request.Job.BatchSize / (watch.Elapsed - last).TotalSeconds;
                    _observer(new TrainingEvent.Progressed(_version, rate, _running.MeanCost));
                    (last, lastVersion) = (watch.Elapsed, _version);
                }

                if (_version % perEpoch == 0)
                {
                    var result = CloseEpoch((watch.Elapsed - epochStart).TotalSeconds);
                    epochStart = watch.Elapsed;
                    var reached = EpochResults.ReachesTarget(_request.Job, result);
                    Write(finished: reached || _version == _setup.TotalSteps);
                    if (reached)
                    {
                        reason = EndReason.TargetReached;
                        break;
                    }
                }
                else if (_request.CheckpointEvery > 0 && _version % _request.CheckpointEvery == 0)
                {
                    Write(finished: false);
                }
            }

            var steps = _version - first;
            var samples = Math.Min(steps * _request.Job.BatchSize, steps * (long)_request.Training.Count / perEpoch);
            return new TrainingOutcome
            {
                Reason = reason,
                Weights = _now.Weights,
                Progress = Progress(reason != EndReason.Stopped),
                Seconds = watch.Elapsed.TotalSeconds,
                Steps = steps,
                Samples = samples,
                Contributions = [new WorkerContribution(0, "local", samples)],
                Servers = 1,
                Checkpoint = _checkpoint,
            };
        }

        private void Start()
        {
            if (_request.Resume is { } checkpoint)
            {
                _now.Load(_setup.Network.Layout, checkpoint);
                _version = checkpoint.Progress.Version;
                _now.Give(_partition, _version);
                _history.AddRange(checkpoint.Progress.History);
                _ledger.Restore(checkpoint.Progress.Epoch + 1, checkpoint.Progress.Ledger);
                var samples = (int)(checkpoint.Progress.Ledger?.Slices.Sum(slice => slice.Count) ?? 0);
                _running = new Score(samples, checkpoint.Progress.PartialCost, (int)checkpoint.Progress.PartialCorrect);
            }
            else if (_request.StartWeights is { } weights)
            {
                weights.Span.CopyTo(_now.Weights.Span);
            }
            else
            {
                _setup.Network.Initialise(_now.Weights.Span, _request.Job.Seed);
            }
        }

        private void Step()
        {
            _setup.Plan.CountSlices((int)(_version % _setup.Plan.StepsPerEpoch), _counts);
            var part = _calculator.Compute(_version, _now.Weights.Span)[0];
            if (!double.IsFinite(part.Cost))
            {
                throw new ActorNetException($"The cost is {part.Cost} at step {_version}: lower the learning rate.");
            }

            _accumulator.Begin(_version, _counts);
            _accumulator.Add(part, part.Gradient);
            _partition.Apply(_accumulator, _setup.LearningRate(_version), _now.Weights.Span, _now.Weights.Span);
            _ledger.Add(_accumulator);
            _running += new Score(part.Samples, part.Cost, part.Correct);
            _version++;
        }

        private EpochResult CloseEpoch(double seconds)
        {
            var evaluator = new Evaluator(_setup.Network, _setup.Cost);
            Score? Judge(DataSet? data) => data is null ? null : evaluator.Judge(_now.Weights.Span, data);
            var result = EpochResults.Create(_ledger.Epoch, _running, Judge(_request.Test), Judge(_request.Validation), seconds);
            _ledger.CloseEpoch();
            _running = default;
            _history.Add(result);
            _observer(new TrainingEvent.EpochDone(result));
            return result;
        }

        private TrainingProgress Progress(bool finished)
        {
            for (var i = 0; i < _now.State.Count; i++)
            {
                _partition.State[i].Span.CopyTo(_now.State[i].Span);
            }

            var ledger = _version % _setup.Plan.StepsPerEpoch == 0 ? null : _ledger.ToRecord();
            return new TrainingProgress(
                _version, _history.Count, 0, finished, [.. _history], ledger, _running.Cost, _running.Correct, _now.WeightsSha256);
        }

        private void Write(bool finished)
        {
            if (_store is null)
            {
                return;
            }

            var progress = Progress(finished);
            _checkpoint = _store.Write(new Checkpoint(
                _request.Job.Hash, _request.Job.ToJson(), progress, _now.WeightTensors(_setup.Network.Layout), _now.StateTensors()));
            _observer(new TrainingEvent.CheckpointWritten(_checkpoint, _version));
        }
    }
}
