using System.Globalization;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Which versions the hosts of each partition have made, as a node that computes has heard it: the one that serves it, and its standby. Nobody computes with a version before both
/// have made it, with one hash. So the parts of a step stay where they are until both have applied them, a standby is never behind what is computed, and weights that
/// differ are found before they are used.
/// </summary>
/// <param name="partitions">Partitions.</param>
internal sealed class VersionWitness(int partitions)
{
    private readonly Dictionary<(int Partition, string Host), (long Version, ulong Hash)> _made = [];
    private IReadOnlyList<IReadOnlyList<string>> _hosts = [.. Enumerable.Repeat<IReadOnlyList<string>>([], partitions)];

    /// <summary>Who hosts each partition from now on.</summary>
    public void SetHosts(IReadOnlyList<IReadOnlyList<string>> hosts) => _hosts = hosts;

    /// <summary>The newest version of a partition that all of its hosts have made; -1 for none.</summary>
    public long Newest(int partition)
    {
        var newest = _hosts[partition].Count == 0 ? -1 : long.MaxValue;
        foreach (var host in _hosts[partition])
        {
            newest = Math.Min(newest, _made.TryGetValue((partition, host), out var made) ? made.Version : -1);
        }

        return newest;
    }

    /// <summary>A host has made a version.</summary>
    /// <returns>How it differs from another host's; null where it does not.</returns>
    public string? Note(int partition, long version, string host, ulong hash)
    {
        foreach (var ((other, node), made) in _made)
        {
            if (other == partition && made.Version == version && made.Hash != hash && node != host)
            {
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Partition {partition} is not the same on its hosts at version {version}: {node} has {made.Hash:x16}, {host} has {hash:x16}. "
                    + $"One of the two computes or keeps wrong numbers: test the memory of both machines. Go on with --resume, from a checkpoint before that version.");
            }
        }

        if (!_made.TryGetValue((partition, host), out var former) || former.Version < version)
        {
            _made[(partition, host)] = (version, hash);
        }

        return null;
    }
}
