using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Reports;

/// <summary>A node as a record tells of it.</summary>
internal sealed class NodeHistory(string name)
{
    private readonly List<Stretch> _stays = [];
    private readonly List<Stretch> _suspicions = [];
    private readonly List<Lease> _leases = [];

    /// <summary>Its name in the cluster.</summary>
    public string Name => name;

    /// <summary>Its worker actors; null where the record does not say.</summary>
    public int? Workers { get; private set; }

    /// <summary>When it took part; the end's reason is why it left.</summary>
    public IReadOnlyList<Stretch> Stays => _stays;

    /// <summary>When it was suspected, and why.</summary>
    public IReadOnlyList<Stretch> Suspicions => _suspicions;

    /// <summary>What it had leased, as far as it was looked at.</summary>
    public IReadOnlyList<Lease> Leases => _leases;

    /// <summary>What was last known of it; null where its state was never looked at.</summary>
    public NodeStatus? Last { get; private set; }

    /// <summary>For how many seconds it was suspected in all.</summary>
    /// <param name="end">When the record ends.</param>
    public double SuspectedSeconds(DateTime end) => _suspicions.Sum(stretch => ((stretch.To ?? end) - stretch.From).TotalSeconds);

    /// <summary>It takes part.</summary>
    public void Join(DateTime time, int? workers)
    {
        Workers = workers ?? Workers;
        if (_stays.Count == 0 || _stays[^1].To is not null)
        {
            _stays.Add(new Stretch(time, null, null));
        }
    }

    /// <summary>It takes no part any more.</summary>
    public void Leave(DateTime time, string? reason, bool isAsked)
    {
        Join(time, null);
        _stays[^1] = _stays[^1] with { To = time, Reason = reason, IsAsked = isAsked };
        Trust(time);
        Return(time);
    }

    /// <summary>It is suspected.</summary>
    public void Suspect(DateTime time, string? reason)
    {
        Trust(time);
        _suspicions.Add(new Stretch(time, null, reason));
        Return(time);
    }

    /// <summary>It is not suspected any more.</summary>
    public void Trust(DateTime time)
    {
        if (_suspicions.Count > 0 && _suspicions[^1].To is null)
        {
            _suspicions[^1] = _suspicions[^1] with { To = time };
        }
    }

    /// <summary>It was looked at.</summary>
    public void See(DateTime time, NodeStatus status)
    {
        if (status.Phase == NodePhase.Gone)
        {
            Last ??= status;
            return;
        }

        Last = status;
        Join(time, status.Workers);
        if (_leases.Count > 0 && _leases[^1].To is null && _leases[^1].Slices.SequenceEqual(status.Slices))
        {
            return;
        }

        Return(time);
        if (status.Slices.Count > 0)
        {
            _leases.Add(new Lease(time, null, status.Slices));
        }
    }

    /// <summary>The run's process has ended: nothing goes on.</summary>
    public void End(DateTime time)
    {
        Trust(time);
        Return(time);
        if (_stays.Count > 0 && _stays[^1].To is null)
        {
            _stays[^1] = _stays[^1] with { To = time };
        }
    }

    /// <summary>It has no slices any more.</summary>
    private void Return(DateTime time)
    {
        if (_leases.Count > 0 && _leases[^1].To is null)
        {
            _leases[^1] = _leases[^1] with { To = time };
        }
    }
}

/// <summary>A stretch of time.</summary>
/// <param name="From">Its begin, UTC.</param>
/// <param name="To">Its end; null while it lasts.</param>
/// <param name="Reason">Why it began or ended; null for the run's own course.</param>
/// <param name="IsAsked">Whether it ended because somebody asked for it.</param>
internal readonly record struct Stretch(DateTime From, DateTime? To, string? Reason, bool IsAsked = false);

/// <summary>Slices that a node had for a time.</summary>
/// <param name="From">When it was first seen with them, UTC.</param>
/// <param name="To">When it had others or none; null while it has them.</param>
/// <param name="Slices">The slices.</param>
internal readonly record struct Lease(DateTime From, DateTime? To, IReadOnlyList<int> Slices);
