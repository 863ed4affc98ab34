namespace ActorNet.Core.Training.Leases;

/// <summary>What counts of a node when slices are shared out.</summary>
/// <param name="Workers">Its workers; 1 or more.</param>
/// <param name="IsTrusted">Whether it is not suspected.</param>
/// <param name="Held">The slices whose data it has; null for all.</param>
/// <param name="Speed">Slices that one of its workers computes in a unit of time, the same unit for all nodes; more than 0.</param>
internal readonly record struct SliceHolder(int Workers, bool IsTrusted, IReadOnlySet<int>? Held, double Speed = 1)
{
    /// <summary>The time in which it computes some slices: its workers take them in turns.</summary>
    public double TimeFor(int slices) => (slices + Workers - 1) / Workers / Speed;

    /// <summary>Whether it has a slice's data.</summary>
    public bool Holds(int slice) => Held is null || Held.Contains(slice);
}

/// <summary>
/// Who computes which slice: contiguous ranges as far as the nodes hold the data, any holder where they do not. The ranges are in proportion to workers, or
/// to their speed where a step gets much shorter by that. A suspect gets a slice only when no trusted node holds it. A slice that nobody holds is nobody's
/// until a node has fetched it.
/// </summary>
internal static class SliceShares
{
    /// <summary>No node.</summary>
    public const int Nobody = -1;

    /// <summary>Shares are made anew for the sake of speed only if that makes the time of a step this part of what it was: measured speeds are never quite alike.</summary>
    private const double WorthIt = 0.85;

    /// <summary>The share of each slice if all nodes held all of them.</summary>
    /// <param name="slices">Slices of the job.</param>
    /// <param name="workers">Workers of each node; 0 for one that takes no part.</param>
    /// <returns>The number of the node of every slice.</returns>
    public static int[] Even(int slices, IReadOnlyList<int> workers)
    {
        var owners = new int[slices];
        Array.Fill(owners, Nobody);
        var capacity = workers.Sum();
        var before = 0;
        for (var node = 0; node < workers.Count && capacity > 0; node++)
        {
            var first = (int)((long)slices * before / capacity);
            before += workers[node];
            owners.AsSpan(first..(int)((long)slices * before / capacity)).Fill(node);
        }

        return owners;
    }

    /// <summary>The share of each slice among those who hold it.</summary>
    /// <param name="slices">Slices of the job.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="rest">What a step takes beside computing: <see cref="Rest"/>.</param>
    /// <returns>The number of the node of every slice, or <see cref="Nobody"/>.</returns>
    public static int[] AmongHolders(int slices, IReadOnlyList<SliceHolder> nodes, double rest = 0)
    {
        var isAnyTrusted = nodes.Any(node => node.IsTrusted);
        int[] workers = [.. nodes.Select(node => node.IsTrusted || !isAnyTrusted ? node.Workers : 0)];
        var owners = AmongHolders(Even(slices, workers), nodes);
        if (nodes.All(node => node.Speed == nodes[0].Speed))
        {
            return owners;
        }

        var fast = AmongHolders(BySpeed(slices, workers, nodes), nodes);
        return IsWorthIt(owners, fast, nodes, rest) ? fast : owners;
    }

    /// <summary>Whether a step gets much shorter by other shares. Where it is mostly waiting for the network it does not, and an uneven share may be more to send.</summary>
    public static bool IsWorthIt(int[] owners, int[] other, IReadOnlyList<SliceHolder> nodes, double rest) =>
        ComputeTime(other, nodes) + rest < WorthIt * (ComputeTime(owners, nodes) + rest);

    /// <summary>What a step takes beside the computing of the node that computes longest, which is busy for a part of it.</summary>
    /// <param name="owners">The node of every slice.</param>
    /// <param name="nodes">The nodes.</param>
    /// <param name="busy">Of each node, the part of the time that its workers compute; more than 0, up to 1.</param>
    public static double Rest(int[] owners, IReadOnlyList<SliceHolder> nodes, IReadOnlyList<double> busy)
    {
        var (time, part) = Loads(owners, nodes.Count).Select((load, node) => (Time: nodes[node].TimeFor(load), busy[node])).MaxBy(node => node.Time);
        return (time / part) - time;
    }

    /// <summary>The time that the node computes which takes longest.</summary>
    private static double ComputeTime(int[] owners, IReadOnlyList<SliceHolder> nodes) =>
        Loads(owners, nodes.Count).Zip(nodes, (load, node) => node.TimeFor(load)).Max();

    /// <summary>The share of each slice in the shortest step that is possible if all nodes hold all of them: each next slice goes to who is done with it first.</summary>
    private static int[] BySpeed(int slices, int[] workers, IReadOnlyList<SliceHolder> nodes)
    {
        var loads = new int[nodes.Count];
        for (var slice = 0; slice < slices; slice++)
        {
            loads[Enumerable.Range(0, nodes.Count).Where(node => workers[node] > 0).MinBy(node => (nodes[node].TimeFor(loads[node] + 1), -nodes[node].Speed))]++;
        }

        return [.. loads.SelectMany((load, node) => Enumerable.Repeat(node, load))];
    }

    private static int[] AmongHolders(int[] wanted, IReadOnlyList<SliceHolder> nodes)
    {
        var quota = Loads(wanted, nodes.Count);
        var owners = Array.ConvertAll(wanted, _ => Nobody);
        for (var slice = 0; slice < wanted.Length; slice++)
        {
            if (wanted[slice] != Nobody && nodes[wanted[slice]].Holds(slice))
            {
                owners[slice] = wanted[slice];
            }
        }

        GiveOutRest(owners, nodes);
        Level(owners, quota, nodes);
        return owners;
    }

    /// <summary>Gives each slice that its own node does not hold to the holder with the least to do, of equals to the one that has its neighbour.</summary>
    private static void GiveOutRest(int[] owners, IReadOnlyList<SliceHolder> nodes)
    {
        var loads = Loads(owners, nodes.Count);
        for (var slice = 0; slice < owners.Length; slice++)
        {
            if (owners[slice] != Nobody)
            {
                continue;
            }

            var best = Nobody;
            for (var node = 0; node < nodes.Count; node++)
            {
                if (nodes[node].Holds(slice) && (best == Nobody || IsBetter(slice, node, best)))
                {
                    best = node;
                }
            }

            owners[slice] = best;
            if (best != Nobody)
            {
                loads[best]++;
            }
        }

        bool IsBetter(int slice, int node, int best)
        {
            if (nodes[node].IsTrusted != nodes[best].IsTrusted)
            {
                return nodes[node].IsTrusted;
            }

            var (own, other) = ((loads[node] + 1L) * nodes[best].Workers, (loads[best] + 1L) * nodes[node].Workers);
            return own != other ? own < other : slice > 0 && owners[slice - 1] == node;
        }
    }

    /// <summary>Takes slices from nodes that have more than an even share and gives them to holders that have less.</summary>
    private static void Level(int[] owners, int[] quota, IReadOnlyList<SliceHolder> nodes)
    {
        var loads = Loads(owners, nodes.Count);
        for (var slice = 0; slice < owners.Length; slice++)
        {
            var owner = owners[slice];
            for (var node = 0; owner != Nobody && loads[owner] > quota[owner] && node < nodes.Count; node++)
            {
                if (loads[node] < quota[node] && nodes[node].Holds(slice))
                {
                    loads[owner]--;
                    loads[node]++;
                    owners[slice] = owner = node;
                }
            }
        }
    }

    private static int[] Loads(int[] owners, int nodes)
    {
        var loads = new int[nodes];
        foreach (var owner in owners)
        {
            if (owner != Nobody)
            {
                loads[owner]++;
            }
        }

        return loads;
    }
}
