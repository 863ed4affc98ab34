namespace ActorNet.Core.Training.Leases;

/// <summary>The slices that a node computes: a contiguous range where the nodes' data allow it, so that most of it is complete sub-trees of the reduction tree.</summary>
/// <param name="Node">The node.</param>
/// <param name="Slices">The slices in ascending order; none for a spare.</param>
/// <param name="IsRace">Whether another node has the same slices and this spare races it.</param>
/// <param name="Backups">The slices of a slow node, in ascending order, that this one computes too where a step waits for them when it is done with its own; null for none.</param>
internal readonly record struct Lease(string Node, IReadOnlyList<int> Slices, bool IsRace = false, IReadOnlyList<int>? Backups = null);

/// <summary>
/// Which node computes which slices. Every change of who takes part makes a new generation, in which the slices are shared out anew in proportion to the
/// nodes' workers and, where nodes are much slower than others, to their speed, each to a node that holds its data. A suspected node is not dead: it has no
/// slices that another holds until it shows life, and each further suspicion makes it wait longer before it is trusted again. Where there are more nodes than slices the rest
/// are spares. Who computes others' slices too is a matter of its own: <see cref="Speculation"/>. A pure state: whoever holds it brings the time.
/// </summary>
internal sealed class LeaseTable
{
    /// <summary>How long a node must show life after its first suspicion before it gets slices again; doubled by each further one, up to eight times that.</summary>
    public static readonly TimeSpan Probation = TimeSpan.FromSeconds(1);

    /// <summary>A node that was trusted for so long begins with a clean slate: a long run must not add up its rare pauses.</summary>
    public static readonly TimeSpan Forgiven = TimeSpan.FromMinutes(1);

    /// <summary>Slices are not moved again so soon for the sake of speed: what a move has changed must have been measured first.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(3);

    /// <summary>Nor is it looked more often whether that is worth it, however many nodes there are.</summary>
    private static readonly TimeSpan _look = TimeSpan.FromSeconds(0.5);

    private readonly int _slices;
    private readonly List<LeaseMember> _members = [];
    private readonly Dictionary<string, LeaseMember> _byName = [];
    private readonly Speculation? _speculation;
    private IReadOnlyList<Lease> _leases = [];
    private int[] _owners = [];
    private int[][] _shares = [];
    private bool _isStale;
    private TimeSpan _looked;
    private double _rest;
    private double _typicalSpeed = 1;

    /// <summary>A table without nodes.</summary>
    /// <param name="slices">The job's slices; 1 or more.</param>
    /// <param name="speculates">Whether spares race the slowest nodes, and others back slow ones up.</param>
    public LeaseTable(int slices, bool speculates = false)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slices, 1);
        _slices = slices;
        _speculation = speculates ? new Speculation(_members) : null;
    }

    /// <summary>The number of the assignment, from 1; 0 before the first node.</summary>
    public int Generation { get; private set; }

    /// <summary>What each node computes in this generation, in the order in which they joined; spares have no slices.</summary>
    public IReadOnlyList<Lease> Leases
    {
        get
        {
            Refresh();
            return _leases;
        }
    }

    /// <summary>Workers of all nodes that are trusted.</summary>
    public int Capacity => _members.Where(member => member.IsTrusted).Sum(member => member.Workers);

    /// <summary>The nodes that are suspected now.</summary>
    public IEnumerable<string> Suspects => _members.Where(member => !member.IsTrusted).Select(member => member.Node);

    /// <summary>Whether each slice has a holder, suspected or not.</summary>
    public bool IsComplete => Unheld.Count == 0;

    /// <summary>The slices whose data no node has, so that nobody computes them.</summary>
    public IReadOnlyList<int> Unheld => [.. Enumerable.Range(0, _slices).Where(slice => !_members.Exists(member => member.Holds(slice)))];

    /// <summary>A node takes part from now on.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="workers">Its workers; 1 or more.</param>
    /// <param name="held">The slices whose data it has; null for all.</param>
    /// <param name="fetches">Whether it can fetch others.</param>
    public void Join(string node, int workers, IEnumerable<int>? held = null, bool fetches = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(workers, 1);
        Remove(node);
        _members.Add(_byName[node] = new LeaseMember(node, workers) { Held = held?.ToHashSet(), Fetches = fetches });
        ShareOut();
    }

    /// <summary>A node has the data of more slices, or of fewer.</summary>
    /// <param name="node">The node.</param>
    /// <param name="held">All slices whose data it has.</param>
    /// <param name="fetches">Whether it can still fetch others.</param>
    /// <returns>Whether the leases have changed.</returns>
    public bool Hold(string node, IEnumerable<int> held, bool fetches = true)
    {
        if (Find(node) is not { Held: not null } member)
        {
            return false;
        }

        Refresh();
        (member.Held, member.Fetches) = (held.ToHashSet(), fetches);
        if (FindOwners().SequenceEqual(_owners))
        {
            return false;
        }

        ShareOut();
        return true;
    }

    /// <summary>
    /// The slices that a node should fetch, the most urgent first. Two nodes are to have each slice, so that the loss of one costs no download: the one whose
    /// even share it is in, and the next that can; no second one where some node has all the data.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <returns>Those that no trusted node holds come first; none for a node that has all the data or can fetch none.</returns>
    public IReadOnlyList<int> WantedBy(string node)
    {
        if (Find(node) is not { Held: { } held, Fetches: true } member)
        {
            return [];
        }

        var even = SliceShares.Even(_slices, [.. _members.Select(other => other.Workers)]);
        return
        [
            .. Enumerable.Range(0, _slices)
                .Where(slice => !held.Contains(slice) && ShouldHave(slice, even[slice]).Contains(member))
                .OrderBy(slice => _members.Exists(other => other.IsTrusted && other.Holds(slice)))
                .ThenBy(slice => _members[even[slice]] != member)
        ];
    }

    /// <summary>A node takes no part any more.</summary>
    /// <returns>Whether it did.</returns>
    public bool Leave(string node)
    {
        if (!Remove(node))
        {
            return false;
        }

        ShareOut();
        return true;
    }

    /// <summary>
    /// A step is late. The nodes that owe its missing slices are suspected: first those that were not heard of lately, and only if all were, all of them. The
    /// last trusted node is never suspected: there is nobody to compute in its place.
    /// </summary>
    /// <param name="missing">The slices that are missing.</param>
    /// <param name="now">The time, on any steady clock.</param>
    /// <param name="silence">A node that was not heard of for so long is silent.</param>
    /// <returns>The nodes suspected; none when the leases stay as they are.</returns>
    public IReadOnlyList<string> Suspect(IReadOnlyCollection<int> missing, TimeSpan now, TimeSpan silence)
    {
        var owing = Owing(missing).Where(member => member.IsTrusted).ToList();
        var silent = owing.FindAll(member => now - member.LastHeard > silence);
        var suspects = silent.Count > 0 ? silent : owing;
        if (suspects.Count == 0 || suspects.Count == _members.Count(member => member.IsTrusted))
        {
            return [];
        }

        foreach (var member in suspects)
        {
            member.Speed.Halve();
            member.Suspect(now);
        }

        ShareOut();
        return [.. suspects.Select(member => member.Node)];
    }

    /// <summary>A node is surely gone from the network: it is suspected at once, unless it is the last that is trusted.</summary>
    /// <returns>Whether the leases have changed.</returns>
    public bool Lose(string node, TimeSpan now)
    {
        if (Find(node) is not { IsTrusted: true } member || _members.Count(other => other.IsTrusted) == 1)
        {
            return false;
        }

        member.Suspect(now);
        ShareOut();
        return true;
    }

    /// <summary>The leases stay as they are, under another number: what goes with them has changed.</summary>
    public void Renew() => Generation++;

    /// <summary>A node has shown life.</summary>
    /// <param name="node">The node.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the leases have changed, because it is trusted again.</returns>
    public bool Heard(string node, TimeSpan now)
    {
        if (Find(node) is not { } member)
        {
            return false;
        }

        member.LastHeard = now;
        if (member.IsTrusted || now < member.TrustedFrom)
        {
            return false;
        }

        member.Trust(now);
        ShareOut();
        return true;
    }

    /// <summary>A look at a step has found slices missing: whoever is found owing most often is the slowest, and a spare may race it.</summary>
    /// <param name="missing">The slices that are missing.</param>
    /// <returns>Whether the leases have changed.</returns>
    public bool NoteMissing(IReadOnlyCollection<int> missing)
    {
        _speculation?.NoteOwing(Owing(missing));
        return _speculation?.FindRaces(_shares) == true && LeaseAnew();
    }

    /// <summary>A node says how fast it is. Slices move only where that makes a step much shorter.</summary>
    /// <param name="node">The node.</param>
    /// <param name="speed">Samples that one of its workers has computed lately in a second of computing; null where it computed none.</param>
    /// <param name="busy">The part of the time that its workers compute; 0 where that is not known.</param>
    /// <param name="now">The time.</param>
    /// <returns>Whether the leases have changed.</returns>
    public bool Measure(string node, double? speed, double busy, TimeSpan now)
    {
        if (Find(node) is not { } member)
        {
            return false;
        }

        member.Speed.Note(speed is > 0 and < double.PositiveInfinity ? speed : null, _typicalSpeed);
        member.Busy = busy is > 0 and <= 1 ? busy : 1;
        if (now < _looked)
        {
            return false;
        }

        Refresh();
        _typicalSpeed = FindTypicalSpeed();
        var holders = Holders();
        _rest = SliceShares.Rest(_owners, holders, [.. _members.Select(other => other.Busy)]);
        var isWorthIt = SliceShares.IsWorthIt(_owners, FindOwners(), holders, _rest);
        _looked = now + (isWorthIt ? Settling : _look);
        if (isWorthIt)
        {
            ShareOut();
        }

        return isWorthIt;
    }

    /// <summary>Looks which nodes are slow by now, so that others back them up.</summary>
    /// <returns>Whether the leases have changed: not whose slices are whose.</returns>
    public bool NoteSlow() => _speculation?.NoteSlow(_typicalSpeed) == true && LeaseAnew();

    /// <summary>The median of the nodes' speeds; 1 where none is known.</summary>
    private double FindTypicalSpeed() => _members.Select(member => member.Speed.Known).OfType<double>().Order().ToArray() is { Length: > 0 } known ? known[known.Length / 2] : 1;

    private LeaseMember? Find(string node) => _byName.GetValueOrDefault(node);

    private bool Remove(string node) => _byName.Remove(node, out var member) && _members.Remove(member);

    /// <summary>The members whose slices are missing, each once.</summary>
    private IEnumerable<LeaseMember> Owing(IReadOnlyCollection<int> missing)
    {
        Refresh();
        return _members.Count == 0 ? [] : missing.Select(slice => _owners[slice]).Where(place => place != SliceShares.Nobody).Distinct().Order().Select(place => _members[place]);
    }

    /// <summary>A new generation, whose slices are shared out when somebody asks: a thousand nodes that join before a run begins cost no thousand shares.</summary>
    private void ShareOut()
    {
        Generation++;
        _isStale = true;
    }

    private void Refresh()
    {
        if (!_isStale)
        {
            return;
        }

        _isStale = false;
        _owners = FindOwners();
        var slices = _owners.Index().ToLookup(pair => pair.Item, pair => pair.Index);
        _shares = [.. _members.Select((_, place) => slices[place].ToArray())];
        _speculation?.FindRaces(_shares);
        _leases = MakeLeases();
    }

    /// <summary>The slices stay where they are, under another number: somebody computes others' too, or does so no more.</summary>
    /// <returns>That the leases have changed.</returns>
    private bool LeaseAnew()
    {
        Refresh();
        Generation++;
        _leases = MakeLeases();
        return true;
    }

    private Lease[] MakeLeases() => _speculation?.Lease(_shares, _typicalSpeed) ?? [.. _members.Select((member, place) => new Lease(member.Node, _shares[place]))];

    private int[] FindOwners() => SliceShares.AmongHolders(_slices, Holders(), _rest);

    private SliceHolder[] Holders() => [.. _members.Select(member => member.AsHolder(_typicalSpeed))];

    /// <summary>The nodes that are to have a slice: two that have it or can get it, from the one on in whose even share it is.</summary>
    private LeaseMember[] ShouldHave(int slice, int first)
    {
        LeaseMember[] able =
        [
            .. _members.Skip(first).Concat(_members.Take(first)).Where(member => member.Fetches || member.Holds(slice)).Take(2)
        ];
        var isSpared = able.Length == 2 && _members.Exists(member => member.Held is null && member != able[0]);
        return isSpared ? able[..1] : able;
    }
}
