using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training.Leases;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Tells the nodes which slices they compute and which data they fetch, and the partitions who wants their weights, whenever <see cref="LeaseTable"/> changes.
/// The coordinator's hand for that; what it is told comes with the coordinator's time.
/// </summary>
internal sealed class LeaseDesk
{
    /// <summary>A node shows life many times a second, and says then which lease it has: an older one after this, and word of the new one was lost.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly CoordinatedJob _job;
    private readonly Roster _roster;
    private readonly PartitionDesk _partitions;
    private readonly long _incarnation;
    private readonly LeaseTable _table;
    private readonly LateSteps _late;
    private readonly Action _askForLeases;
    private readonly Dictionary<string, string> _suspicions = [];
    private bool _isOpen;
    private bool _areLeasesDue;
    private IReadOnlyList<int> _unheld = [];
    private bool _isLossOpen;
    private int _hostsGeneration;
    private long? _stepAtLoss;

    /// <summary>A desk that only collects who is there, until it opens.</summary>
    /// <param name="job">The job.</param>
    /// <param name="roster">The nodes.</param>
    /// <param name="partitions">Who serves each partition.</param>
    /// <param name="incarnation">The coordinator's.</param>
    /// <param name="askForLeases">Asks for a call of <see cref="SendLeases"/> after what the coordinator has been told already.</param>
    public LeaseDesk(CoordinatedJob job, Roster roster, PartitionDesk partitions, long incarnation, Action askForLeases)
    {
        _job = job;
        _roster = roster;
        _partitions = partitions;
        _incarnation = incarnation;
        _table = new LeaseTable(job.Setup.Job.Slices, job.Request.Speculate);
        _late = new LateSteps(_table, job.Setup.StepsOf(0).Count);
        _askForLeases = askForLeases;
    }

    /// <summary>Whether each slice has a node with its data.</summary>
    public bool IsComplete => _table.IsComplete;

    /// <summary>Workers of all nodes that are trusted.</summary>
    public int Capacity => _table.Capacity;

    /// <summary>The number of the assignment.</summary>
    public int Generation => _table.Generation;

    /// <summary>The slices of a node; none for a spare.</summary>
    public IReadOnlyList<int> SlicesOf(string node)
    {
        var lease = _table.Leases.FirstOrDefault(lease => lease.Node == node);
        return lease.Slices is { } slices && !lease.IsRace ? slices : [];
    }

    /// <summary>Tells every node its slices.</summary>
    /// <param name="now">The time.</param>
    public void SendLeases(TimeSpan now)
    {
        _areLeasesDue = false;
        if (!_isOpen)
        {
            return;
        }

        foreach (var lease in _table.Leases)
        {
            Send(lease, now);
        }
    }

    /// <summary>Why a node is suspected; null when it is not.</summary>
    public string? Suspicion(string node) => _suspicions.GetValueOrDefault(node);

    /// <summary>All partitions are served: steps can begin.</summary>
    public void Open(TimeSpan now)
    {
        _isOpen = true;
        foreach (var node in _roster.Workers)
        {
            _table.Heard(node.Address.Id, now);
        }

        Grant(now);
        SendWeights();
    }

    /// <summary>
    /// Whether every node that computes knows of the partitions' hosts. While a run holds for a standby it must not go on before: who does not know of it would keep no part for it.
    /// </summary>
    public bool KnowHosts => !Unaware.Any();

    /// <summary>The nodes that compute and have not said yet that they know of the partitions' hosts.</summary>
    private IEnumerable<RosterNode> Unaware => _table.Leases
        .Where(lease => lease.Slices.Count > 0)
        .Select(lease => _roster.Find(lease.Node))
        .OfType<RosterNode>()
        .Where(node => node.Generation < _hostsGeneration);

    /// <summary>
    /// Suspects the nodes that a held run waits for, because they do not know of the partitions' hosts, and that were not heard of lately. No step is late while the run holds, so nothing
    /// else would. A node without slices keeps no part for anybody, and need not be waited for.
    /// </summary>
    public void SuspectUnaware(TimeSpan now)
    {
        foreach (var node in Unaware.Where(node => now - node.LastHeard > LateSteps.Silence).ToList())
        {
            if (_table.Lose(node.Address.Id, now))
            {
                NoteLoss(step: null);
                Grant(now);
                Suspect(node.Address.Id, $"the run holds for a standby, and it has shown no life for {(now - node.LastHeard).TotalMilliseconds:0} ms");
            }
        }
    }

    /// <summary>Partitions have other hosts than before.</summary>
    /// <param name="now">The time.</param>
    public void ChangeHosts(TimeSpan now)
    {
        NoteLoss(step: null);
        _table.Renew();
        _hostsGeneration = Generation;
        Grant(now);
        SendWeights();
    }

    /// <summary>A node is ready to compute.</summary>
    /// <param name="node">The node.</param>
    /// <param name="slices">The slices whose data it has; null for all.</param>
    /// <param name="now">The time.</param>
    public void Join(RosterNode node, int[]? slices, TimeSpan now)
    {
        _table.Join(node.Address.Id, node.Workers, slices);
        TellFetches();
        if (_isOpen)
        {
            _table.Heard(node.Address.Id, now);
            Grant(now);
            SendWeights();
            _job.Raise(new TrainingEvent.NodeJoined(node.Address.Id, node.Workers, Generation));
        }
    }

    /// <summary>A node takes no part any more.</summary>
    /// <returns>Whether it did: everybody is told.</returns>
    public bool Leave(string node, TimeSpan now)
    {
        _suspicions.Remove(node);
        if (!_table.Leave(node))
        {
            return false;
        }

        NoteLoss(step: null);
        Grant(now);
        SendWeights();
        TellFetches();
        return true;
    }

    /// <summary>A node has fetched data, or can fetch no more.</summary>
    public void Hold(NodeHolds holds, TimeSpan now)
    {
        if (holds.Trouble is { } trouble)
        {
            _job.Raise(new TrainingEvent.Warned($"Node {holds.Node} fetches no more data, and computes only slices that it has: {trouble}"));
        }

        if (_table.Hold(holds.Node, holds.Slices, fetches: holds.Trouble is null))
        {
            Grant(now);
        }

        TellFetches();
    }

    /// <summary>A node has shown life.</summary>
    public void Heard(string node, TimeSpan now)
    {
        TellAgain(_roster.Find(node)!, now);
        if (_table.Heard(node, now))
        {
            _suspicions.Remove(node);
            Grant(now);
            _job.Raise(new TrainingEvent.NodeTrusted(node, Generation));
        }
    }

    /// <summary>A connection with a node broke.</summary>
    public void Lose(LinkLost lost, TimeSpan now)
    {
        if (_isOpen && _table.Lose(lost.Node, now))
        {
            NoteLoss(step: null);
            Grant(now);
            Suspect(lost.Node, $"its connection broke: {lost.Reason}");
        }
    }

    /// <summary>A partition, or its standby, says how far it is, and what it waits for.</summary>
    public void Note(ProgressReport report, bool isStandby, TimeSpan now)
    {
        if (report.Partition == 0 && !isStandby)
        {
            _late.Observe(report.Slowest);
            SayWhenStepsGoOn(report);
        }

        if (!isStandby && _table.NoteMissing(report.Missing))
        {
            // A spare races another: nobody's time begins anew.
            AskForLeases();
        }

        SuspectWhenLate(report, isStandby, now);
    }

    /// <summary>A node says how fast it is.</summary>
    public void Note(NodeReport report, TimeSpan now)
    {
        if (!_isOpen || report.Incarnation != _incarnation)
        {
            return;
        }

        if (_table.Measure(report.Node, report.Figures.Speed, report.Figures.Computing, now))
        {
            Grant(now);
            _job.Raise(new TrainingEvent.SlicesMoved(Generation, [.. _table.Leases.Where(lease => !lease.IsRace).Select(lease => new SliceCount(lease.Node, lease.Slices.Count))]));
        }
        else if (_table.NoteSlow())
        {
            AskForLeases();
        }
    }

    /// <summary>A node's slices go to others.</summary>
    /// <param name="step">The step that waits for them; null where only the next report tells.</param>
    private void NoteLoss(long? step) => (_isLossOpen, _stepAtLoss) = (_isOpen, step);

    /// <summary>Says that a step was completed that was open when a node was lost: later than it was by no more than the interval of two reports.</summary>
    private void SayWhenStepsGoOn(ProgressReport report)
    {
        if (!_isLossOpen)
        {
            return;
        }

        _stepAtLoss ??= report.Version;
        if (report.Version > _stepAtLoss)
        {
            _isLossOpen = false;
            _job.Raise(new TrainingEvent.StepsGoOn(report.Version, Generation));
        }
    }

    private void SuspectWhenLate(ProgressReport report, bool isStandby, TimeSpan now)
    {
        var suspects = _late.Suspect(report.Missing, report.Waited, now);
        if (suspects.Count == 0)
        {
            return;
        }

        NoteLoss(report.Partition == 0 && !isStandby ? report.Version : null);
        Grant(now);
        foreach (var node in suspects)
        {
            Suspect(node, $"it owes slices of step {report.Version} after {report.Waited.TotalMilliseconds:0} ms");
        }
    }

    private void Suspect(string node, string reason)
    {
        _suspicions[node] = reason;
        _job.Raise(new TrainingEvent.NodeSuspected(node, reason, Generation));
    }

    private void Grant(TimeSpan now)
    {
        _late.Granted(now);
        AskForLeases();
    }

    /// <summary>
    /// Each change of the table concerns all nodes. Where many come at once, each on behalf of one node, only what they come to is sent: else a thousand nodes that are heard again
    /// would be a million messages.
    /// </summary>
    private void AskForLeases()
    {
        if (!_areLeasesDue)
        {
            _areLeasesDue = true;
            _askForLeases();
        }
    }

    /// <summary>Tells a node its lease again, and what to fetch, where it does not seem to know.</summary>
    private void TellAgain(RosterNode node, TimeSpan now)
    {
        if (now - node.LastTold < _patience)
        {
            return;
        }

        if (_isOpen && !_areLeasesDue && node.Generation < Generation && _table.Leases.FirstOrDefault(lease => lease.Node == node.Address.Id) is { Node: not null } lease)
        {
            Send(lease, now);
        }

        if (node.Fetching.Count > 0)
        {
            node.LastTold = now;
            node.Address.Agent.Tell(new FetchSlices(_incarnation, [.. node.Fetching]));
        }
    }

    private void Send(Lease lease, TimeSpan now)
    {
        if (_roster.Find(lease.Node) is { } node)
        {
            node.LastTold = now;
            node.Address.Agent.Tell(new GrantLease(
                _incarnation, Generation, [.. lease.Slices], [.. _partitions.Hosts!], _partitions.HasStandbys ? [.. _partitions.Standbys] : null, lease.Backups?.ToArray()));
        }
    }

    /// <summary>Tells every partition who wants its weights. A standby's own node has them from it, and all others from who serves.</summary>
    private void SendWeights()
    {
        if (!_isOpen)
        {
            return;
        }

        NodeAddress[] nodes = [.. _roster.Workers.Select(node => node.Address)];
        foreach (var (host, standby) in _partitions.Hosts.Zip(_partitions.Standbys))
        {
            if (standby is null)
            {
                _partitions.Order(host!.Server, new SendWeightsTo(nodes));
                continue;
            }

            var own = Array.FindAll(nodes, node => node.Id == standby.Node.Id);
            var others = Array.FindAll(nodes, node => node.Id != standby.Node.Id);
            _partitions.Order(host!.Server, new SendWeightsTo(others, own, standby.Node.Id));
            _partitions.Order(standby.Server, new SendWeightsTo(own, [.. others.Append(host.Node).DistinctBy(node => node.Id)]));
        }
    }

    /// <summary>Tells each node that lacks data which to fetch, where that has changed.</summary>
    private void TellFetches()
    {
        foreach (var node in _roster.Workers)
        {
            var wanted = _table.WantedBy(node.Address.Id);
            if (!wanted.SequenceEqual(node.Fetching))
            {
                node.Fetching = wanted;
                node.Address.Agent.Tell(new FetchSlices(_incarnation, [.. wanted]));
            }
        }

        WarnOfUnheld();
    }

    /// <summary>Says it when a step has to wait because the last node is gone that had the data of a slice.</summary>
    private void WarnOfUnheld()
    {
        var unheld = _isOpen && _table.Leases.Count > 0 ? _table.Unheld : [];
        if (unheld.Count > 0 && !unheld.SequenceEqual(_unheld))
        {
            var fetching = _roster.Workers.Where(node => node.Fetching.Intersect(unheld).Any()).Select(node => node.Address.Id).ToArray();
            _job.Raise(new TrainingEvent.Warned(
                $"No node has the data of slices {string.Join(", ", unheld)} any more: steps wait until "
                + (fetching.Length > 0 ? $"{string.Join(" or ", fetching)} has fetched it" : "a node with it joins")
                + $", and the run ends if nothing moves for {_job.Settings.StallDeadline.TotalSeconds:0.#} s."));
        }

        _unheld = unheld;
    }
}
