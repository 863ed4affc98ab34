using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Leases;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>
/// A training run in virtual time: the leases, deadlines, suspicions and sums are decided by the code that decides them in a real cluster; computing, sending and
/// updating only take their time. The same specification gives the same result.
/// </summary>
internal sealed class ClusterSimulation
{
    /// <summary>As often as a real coordinator asks.</summary>
    private const double WatchInterval = 0.05;

    private const double AliveInterval = 0.2;
    private const double ReportInterval = 1;

    /// <summary>The first steps fill the pipes.</summary>
    private const int WarmUp = 2;

    /// <summary>A step that is not made in so long will never be.</summary>
    private const double Stall = 3600;

    private readonly ClusterSpec _spec;
    private readonly EventQueue _queue = new();
    private readonly ReductionTree _tree;
    private readonly LeaseTable _table;
    private readonly LateSteps _late;
    private readonly SimulatedNode[] _servers;
    private readonly SimulatedPartition[] _partitions;
    private readonly SimulatedWorker[] _workers;
    private readonly List<SimulatedWorker> _gone = [];
    private readonly List<double> _stepTimes = [];
    private readonly List<double> _recoveries = [];
    private readonly List<double> _killed = [];
    private long _version;
    private double _stepBegan;
    private double _countsFrom;
    private double _busyBefore;
    private Dictionary<Link, (double Sent, double Received)> _carriedBefore = [];
    private ulong _failures;
    private int _moves;
    private bool _areLeasesDue;

    private ClusterSimulation(ClusterSpec spec)
    {
        spec.Validate();
        _spec = spec;
        _tree = new ReductionTree(spec.Slices);
        _table = new LeaseTable(spec.Slices, spec.Speculates);
        _late = new LateSteps(_table, spec.BatchesPerStep);
        _servers = [.. Enumerable.Range(0, spec.Servers).Select(_ => SimulatedNode.Create(spec, _queue))];
        _partitions = [.. Ranges(spec).Select(CreatePartition)];
        _workers = [.. Enumerable.Range(0, spec.Workers).Select(place => CreateWorker(place, life: 0))];
    }

    /// <summary>Runs a cluster.</summary>
    /// <param name="spec">The cluster and the job.</param>
    /// <param name="stop">Ends it early.</param>
    /// <exception cref="ActorNetException">The specification makes no sense, or a step was never completed.</exception>
    /// <exception cref="OperationCanceledException">It was ended early.</exception>
    public static SimulationResult Run(ClusterSpec spec, CancellationToken stop = default)
    {
        var simulation = new ClusterSimulation(spec);
        simulation.Begin();
        while (simulation._version < spec.Steps + WarmUp)
        {
            stop.ThrowIfCancellationRequested();
            if (!simulation._queue.Next())
            {
                throw new ActorNetException($"step {simulation._version} is never completed: no worker is left for some of its slices.");
            }

            if (simulation._queue.Now - simulation._stepBegan > Stall)
            {
                throw new ActorNetException($"step {simulation._version} is not completed within an hour of virtual time: computing, links or servers are too slow for this job, or no worker is left for some of its slices.");
            }
        }

        return simulation.Summarise();
    }

    /// <summary>Partitions of nearly equal length. Unlike real ones they need not begin at a multiple of a block: there may be more of them than blocks.</summary>
    private static IEnumerable<PartitionRange> Ranges(ClusterSpec spec) => Enumerable.Range(0, spec.Partitions).Select(index =>
    {
        var (first, end) = ((long)spec.Parameters * index / spec.Partitions, (long)spec.Parameters * (index + 1) / spec.Partitions);
        return new PartitionRange(index, (int)first, (int)(end - first));
    });

    /// <summary>As in a real cluster, partitions go round the servers.</summary>
    private SimulatedPartition CreatePartition(PartitionRange range)
    {
        var server = _servers[range.Index % _servers.Length];
        return _spec.Mode is UpdateMode.Stale
            ? new StalePartition(_spec, _queue, server, range, _spec.Steps + WarmUp, NoteStep)
            : new SynchronousPartition(_spec, _queue, server, _tree, range, NoteStep);
    }

    private SimulatedWorker CreateWorker(int place, int life)
    {
        var node = _spec.IsColocated && place < _servers.Length ? _servers[place] : SimulatedNode.Create(_spec, _queue);
        SimulatedWorker worker = _spec.Mode is UpdateMode.Stale
            ? new StaleWorker(_spec, _tree, _partitions, node, place, life)
            : new SynchronousWorker(_spec, _tree, _partitions, node, place, life);
        _table.Join(worker.Name, workers: 1);
        return worker;
    }

    private void Begin()
    {
        Grant();
        SetAudience();
        Repeat(AliveInterval, () => Array.ForEach(_workers, worker => Heard(worker)));
        Repeat(ReportInterval, () => Array.ForEach(_workers, Measure));
        Repeat(WatchInterval, () => Array.ForEach(_partitions, Watch));
        ExpectFailure();
    }

    private void Repeat(double interval, Action happens) => _queue.After(interval, () =>
    {
        happens();
        Repeat(interval, happens);
    });

    private TimeSpan Now => TimeSpan.FromSeconds(_queue.Now);

    private void SetAudience() => Array.ForEach(_partitions, partition => partition.SetAudience(_workers));

    // ---- What the coordinator does ----

    private void Grant()
    {
        _moves++;
        _late.Granted(Now);
        AskForLeases();
    }

    /// <summary>As a coordinator does, which sends what all that happens at once comes to.</summary>
    private void AskForLeases()
    {
        if (!_areLeasesDue)
        {
            _areLeasesDue = true;
            _queue.After(0, SendLeases);
        }
    }

    private void SendLeases()
    {
        _areLeasesDue = false;
        var byName = _table.Leases.ToDictionary(lease => lease.Node);
        foreach (var worker in _workers)
        {
            if (worker.IsAlive && byName.TryGetValue(worker.Name, out var lease))
            {
                var generation = _table.Generation;
                _queue.After(_spec.Latency, () => worker.TakeLease(generation, lease));
            }
        }
    }

    private void Heard(SimulatedWorker worker)
    {
        if (worker.IsAlive && _table.Heard(worker.Name, Now))
        {
            Grant();
        }
    }

    private void Measure(SimulatedWorker worker)
    {
        var (speed, busy) = worker.TakeFigures(ReportInterval);
        if (!worker.IsAlive)
        {
            return;
        }

        if (_table.Measure(worker.Name, speed, busy, Now))
        {
            Grant();
        }
        else if (_table.NoteSlow())
        {
            AskForLeases();
        }
    }

    private void Watch(SimulatedPartition partition)
    {
        var (missing, waited, slowest) = partition.Report();
        if (partition.Range.Index == 0)
        {
            _late.Observe(slowest);
        }

        if (_table.NoteMissing(missing))
        {
            AskForLeases();
        }

        if (_late.Suspect(missing, waited, Now).Count > 0)
        {
            Grant();
        }
    }

    // ---- Steps ----

    private void NoteStep()
    {
        if (_partitions.Min(one => one.Version) == _version)
        {
            return;
        }

        _version++;
        if (_version == WarmUp)
        {
            (_countsFrom, _busyBefore) = (_queue.Now, Busy);
            _carriedBefore = Links().DistinctBy(link => link.Link).ToDictionary(link => link.Link, link => (link.Link.Sent, link.Link.Received));
        }
        else if (_version > WarmUp)
        {
            _stepTimes.Add(_queue.Now - _stepBegan);
        }

        _stepBegan = _queue.Now;
        _recoveries.AddRange(_killed.Select(killed => _queue.Now - killed));
        _killed.Clear();
    }

    // ---- Failures ----

    /// <summary>The workers' nodes fail independently, so that the time to the next failure of all is exponential.</summary>
    private void ExpectFailure()
    {
        if (double.IsPositiveInfinity(_spec.MeanTimeToFailure))
        {
            return;
        }

        var random = _spec.Random(kind: 2, _failures++);
        var wait = -DeterministicMath.Log(1 - random.UniformDouble(0)) * _spec.MeanTimeToFailure / _spec.Workers;
        _queue.After(wait, () =>
        {
            Kill((int)(random.UniformDouble(1) * _spec.Workers));
            ExpectFailure();
        });
    }

    private void Kill(int place)
    {
        var worker = _workers[place];
        if (!worker.IsAlive)
        {
            return;
        }

        worker.Kill();
        if (_version >= WarmUp)
        {
            _killed.Add(_queue.Now);
        }

        _queue.After(_spec.Detection, () =>
        {
            if (_table.Lose(worker.Name, Now))
            {
                Grant();
            }
        });
        _queue.After(_spec.Restart, () => Replace(worker));
    }

    private void Replace(SimulatedWorker worker)
    {
        _gone.Add(worker);
        _table.Leave(worker.Name);
        _workers[worker.Place] = CreateWorker(worker.Place, worker.Life + 1);
        Grant();
        SetAudience();
    }

    // ---- What it came to ----

    private double Busy => _workers.Concat(_gone).Sum(worker => worker.Busy);

    private IEnumerable<(string Name, Link Link)> Links() =>
        _servers.Select((server, i) => (Name: $"server {i}", server.Link)).Concat(_workers.Select(worker => (worker.Name, worker.Link)));

    /// <summary>What a link has carried in the steps that count, in its busier direction.</summary>
    private double Carried(Link link)
    {
        var (sent, received) = _carriedBefore.GetValueOrDefault(link);
        return Math.Max(link.Sent - sent, link.Received - received);
    }

    private SimulationResult Summarise()
    {
        var seconds = _queue.Now - _countsFrom;
        var sorted = _stepTimes.Order().ToArray();
        var rate = _spec.Steps * (double)_spec.BatchSize * _spec.BatchesPerStep / seconds;
        var (name, bytes) = Links().Select(link => (link.Name, Bytes: Carried(link.Link))).MaxBy(link => link.Bytes);
        return new SimulationResult(
            _spec.Steps,
            seconds,
            sorted[sorted.Length / 2],
            sorted[(int)Math.Ceiling(0.95 * sorted.Length) - 1],
            rate,
            rate / (_spec.Workers * _spec.OneWorker),
            1 - ((Busy - _busyBefore) / (seconds * _spec.Workers)),
            name,
            bytes / _spec.Steps,
            // What waits to be sent at the end is counted already.
            Math.Min(1, bytes / _spec.BytesPerSecond / seconds),
            _recoveries,
            _moves,
            _partitions[0] is StalePartition { Applied: ( > 0 and var parts, var staleness) } ? (double)staleness / parts : null);
    }
}
