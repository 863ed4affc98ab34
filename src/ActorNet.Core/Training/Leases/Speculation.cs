namespace ActorNet.Core.Training.Leases;

/// <summary>
/// Which nodes compute others' slices too: spares race the nodes that are waited for most, and where there is no spare, nodes that are done with their own back up those
/// that are much slower than they. It changes nothing about whose slices are whose: <see cref="LeaseTable"/>.
/// </summary>
/// <param name="members">The nodes that take part, which the table changes.</param>
internal sealed class Speculation(IReadOnlyList<LeaseMember> members)
{
    /// <summary>What is left of a node's debt after each look at what is missing: some twenty looks count.</summary>
    private const double Memory = 0.95;

    /// <summary>A node is raced when it was found owing a few times lately.</summary>
    private const double RacedFrom = 3;

    /// <summary>A node of less than this part of the typical speed is slow, until it is as fast as <see cref="NotSlow"/> of it.</summary>
    private const double Slow = 0.5;

    private const double NotSlow = 0.75;

    /// <summary>A look has found these nodes owing.</summary>
    public void NoteOwing(IEnumerable<LeaseMember> owing)
    {
        foreach (var member in members)
        {
            member.Debt *= Memory;
        }

        foreach (var member in owing)
        {
            member.Debt++;
        }
    }

    /// <summary>Looks which nodes are slow by now.</summary>
    /// <param name="typicalSpeed">The median of the nodes' speeds.</param>
    /// <returns>Whether that has changed.</returns>
    public bool NoteSlow(double typicalSpeed)
    {
        var changed = false;
        foreach (var member in members)
        {
            var isSlow = member.Speed.Known < (member.IsSlow ? NotSlow : Slow) * typicalSpeed;
            changed |= isSlow != member.IsSlow;
            member.IsSlow = isSlow;
        }

        return changed;
    }

    /// <summary>
    /// Gives each spare a node to race: those that owe most. A spare stays with its node until another owes twice as much, so that nodes of equal speed do not
    /// change places all the time.
    /// </summary>
    /// <param name="shares">The slices of each node.</param>
    /// <returns>Whether a race has changed.</returns>
    public bool FindRaces(int[][] shares)
    {
        var changed = false;
        var owners = members.Where((_, place) => shares[place].Length > 0).ToList();
        var open = owners.Where(owner => owner.Debt >= RacedFrom).OrderByDescending(owner => owner.Debt).ToList();
        foreach (var member in members)
        {
            var isSpare = member.IsTrusted && !owners.Contains(member);
            var raced = isSpare ? open.Find(owner => SlicesOf(owner, shares).Any(member.Holds)) : null;
            if (isSpare && member.Races is { } now && owners.Contains(now) && (raced is null || raced.Debt < 2 * now.Debt))
            {
                raced = now;
            }

            open.RemoveAll(owner => owner == raced);
            changed |= raced != member.Races;
            member.Races = raced;
        }

        return changed;
    }

    /// <summary>What each node computes.</summary>
    /// <param name="shares">The slices of each node.</param>
    /// <param name="typicalSpeed">The median of the nodes' speeds.</param>
    public Lease[] Lease(int[][] shares, double typicalSpeed)
    {
        var backups = FindBackups(shares, typicalSpeed);
        return [.. members.Select((member, place) => member.Races is { } raced
            ? new Lease(member.Node, [.. SlicesOf(raced, shares).Where(member.Holds)], IsRace: true)
            : new Lease(member.Node, shares[place], Backups: backups.GetValueOrDefault(place)))];
    }

    /// <summary>
    /// Gives the slices of each slow node that no spare races to the node that is done first of those that hold them, one slow node's to each. They are whole leases: so
    /// compressed groups stay whole.
    /// </summary>
    private Dictionary<int, int[]> FindBackups(int[][] shares, double typicalSpeed)
    {
        var backups = new Dictionary<int, int[]>();
        var raced = members.Select(member => member.Races).ToHashSet();
        for (var slow = 0; slow < members.Count; slow++)
        {
            if (!members[slow].IsSlow || shares[slow].Length == 0 || raced.Contains(members[slow]))
            {
                continue;
            }

            var able = Enumerable.Range(0, members.Count)
                .Where(place => !backups.ContainsKey(place) && CanBackUp(members[place], shares[place], shares[slow]))
                .ToArray();
            if (able.Length > 0)
            {
                backups[able.MinBy(place => members[place].AsHolder(typicalSpeed).TimeFor(shares[place].Length))] = shares[slow];
            }
        }

        return backups;
    }

    private static bool CanBackUp(LeaseMember member, int[] own, int[] slices) =>
        own.Length > 0 && member is { IsTrusted: true, IsSlow: false } && slices.All(member.Holds);

    private int[] SlicesOf(LeaseMember owner, int[][] shares) => shares[members.Index().First(pair => pair.Item == owner).Index];
}
