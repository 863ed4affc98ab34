namespace ActorNet.Core.Training.Leases;

/// <summary>A node that takes part, as <see cref="LeaseTable"/> knows it.</summary>
/// <param name="node">Its name.</param>
/// <param name="workers">Its workers.</param>
internal sealed class LeaseMember(string node, int workers)
{
    private const int MostDoublings = 3;

    private int _suspicions;
    private TimeSpan _trustedSince;

    /// <summary>Its name.</summary>
    public string Node { get; } = node;

    /// <summary>Its workers; 1 or more.</summary>
    public int Workers { get; } = workers;

    /// <summary>The slices whose data it has; null for all.</summary>
    public HashSet<int>? Held { get; set; }

    /// <summary>Whether it can fetch others.</summary>
    public bool Fetches { get; set; }

    /// <summary>Whether it is not suspected.</summary>
    public bool IsTrusted { get; private set; } = true;

    /// <summary>Whether it has the data of a slice.</summary>
    public bool Holds(int slice) => Held is null || Held.Contains(slice);

    /// <summary>When it showed life last.</summary>
    public TimeSpan LastHeard { get; set; }

    /// <summary>How fast its workers are.</summary>
    public NodeSpeed Speed { get; } = new();

    /// <summary>Whether it is much slower than others.</summary>
    public bool IsSlow { get; set; }

    /// <summary>The part of the time that its workers compute.</summary>
    public double Busy { get; set; } = 1;

    /// <summary>How often it was found owing, lately.</summary>
    public double Debt { get; set; }

    /// <summary>The node whose slices this spare computes too.</summary>
    public LeaseMember? Races { get; set; }

    /// <summary>From when on a sign of life makes it trusted again, while it is suspected.</summary>
    public TimeSpan TrustedFrom { get; private set; }

    /// <summary>What it can compute, as slices are shared out.</summary>
    /// <param name="typicalSpeed">The speed of a node of which none is known.</param>
    public SliceHolder AsHolder(double typicalSpeed) => new(Workers, IsTrusted, Held, Speed.Known ?? typicalSpeed);

    /// <summary>It has shown life for long enough.</summary>
    public void Trust(TimeSpan now)
    {
        IsTrusted = true;
        _trustedSince = now;
    }

    /// <summary>It owes, or is surely gone from the network.</summary>
    public void Suspect(TimeSpan now)
    {
        _suspicions = IsTrusted && now - _trustedSince >= LeaseTable.Forgiven ? 0 : _suspicions;
        IsTrusted = false;
        TrustedFrom = now + LeaseTable.Probation * Math.ScaleB(1, Math.Min(_suspicions++, MostDoublings));
    }
}
