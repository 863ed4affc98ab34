namespace ActorNet.Core.Training.Leases;

/// <summary>What counts of a node when slices are shared out.</summary>
/// <param name="Workers">Its workers; 1 or more.</param>
/// <param name="IsTrusted">Whether it is not suspected.</param>
/// <param name="Held">The slices whose data it has; null for all.</param>
internal readonly record struct SliceHolder(int Workers, bool IsTrusted, IReadOnlySet<int>? Held)
{
    /// <summary>Whether it has a slice's data.</summary>
    public bool Holds(int slice) => Held is null || Held.Contains(slice);
}

/// <summary>
/// Who computes which slice: contiguous ranges in proportion to workers as far as the nodes hold the data, any holder where they do not. A suspect gets
/// a slice only when no trusted node holds it. A slice that nobody holds is nobody's until a node has fetched it.
/// </summary>
internal static class SliceShares
{
    /// <summary>No node.</summary>
    public const int Nobody = -1;

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
    /// <returns>The number of the node of every slice, or <see cref="Nobody"/>.</returns>
    public static int[] AmongHolders(int slices, IReadOnlyList<SliceHolder> nodes)
    {
        var isAnyTrusted = nodes.Any(node => node.IsTrusted);
        var even = Even(slices, [.. nodes.Select(node => node.IsTrusted || !isAnyTrusted ? node.Workers : 0)]);
        var quota = Loads(even, nodes.Count);
        var owners = Array.ConvertAll(even, _ => Nobody);
        for (var slice = 0; slice < slices; slice++)
        {
            if (even[slice] != Nobody && nodes[even[slice]].Holds(slice))
            {
                owners[slice] = even[slice];
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
