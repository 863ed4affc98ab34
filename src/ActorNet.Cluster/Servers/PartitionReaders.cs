using System.Runtime.InteropServices;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Servers;

/// <summary>Who is told of a partition's versions: the nodes that read them, and the one that stands by for it, which must have made a version before the next may be.</summary>
internal sealed class PartitionReaders(JobRuntime runtime, PartitionRange range)
{
    private readonly Dictionary<string, IWeightsReader> _readers = [];
    private readonly Dictionary<string, long> _made = [];
    private readonly (long Version, ulong Hash)[] _hashes = [(-1, 0), (-1, 0)];
    private string? _standby;

    /// <summary>Who wants the weights from now on. A node that is new is told of those of now.</summary>
    /// <param name="readers">The nodes.</param>
    /// <param name="standby">The node of the standby; null for none.</param>
    /// <param name="version">The version of now.</param>
    /// <param name="rate">What goes with its weights: see <see cref="Protocol.WeightsReady.Rate"/>.</param>
    /// <returns>The ways to those that want them no more.</returns>
    public IReadOnlyList<RemoteNode> Set(IReadOnlyDictionary<string, IWeightsReader> readers, string? standby, long version, double? rate)
    {
        _standby = standby;
        var gone = _readers.Where(reader => !readers.ContainsKey(reader.Key)).ToList();
        gone.ForEach(reader => _readers.Remove(reader.Key));

        foreach (var (node, reader) in readers)
        {
            // Who had the weights from the other host, or now has them from there, is a new reader.
            if (!_readers.TryGetValue(node, out var former) || former.HasWeights != reader.HasWeights)
            {
                _readers[node] = reader;
                Tell(reader, version, rate);
            }
        }

        return [.. gone.Select(reader => reader.Value.Way).OfType<RemoteNode>()];
    }

    /// <summary>A host has made a version: the standby, or who was or will be one.</summary>
    public void NoteMade(string host, long version) => _made[host] = Math.Max(version, _made.GetValueOrDefault(host, -1));

    /// <summary>A standby is one step behind at most: what it lacks can be computed again, for everybody still has the version before this one.</summary>
    public bool StandbyLacks(long version) => _standby is { } standby && _made.GetValueOrDefault(standby, -1) < version;

    /// <summary>Tells all of a version.</summary>
    public void Tell(long version, double? rate)
    {
        foreach (var reader in _readers.Values)
        {
            Tell(reader, version, rate);
        }
    }

    /// <summary>Tells one node once more.</summary>
    public void Tell(string node, long version, double? rate)
    {
        if (_readers.TryGetValue(node, out var reader))
        {
            Tell(reader, version, rate);
        }
    }

    /// <summary>A version is about to be written over: a reader that is so slow that it is still on its way gets it from a copy.</summary>
    public void Detach(long version)
    {
        foreach (var reader in _readers.Values)
        {
            reader.Detach(range.Index, version);
        }
    }

    private void Tell(IWeightsReader reader, long version, double? rate) =>
        reader.Ready(range.Index, version, rate, reader.Compares ? HashOf(version) : 0);

    /// <summary>The hash of a version's weights, taken once, when the first reader that compares is told of it: at once after the version was made.</summary>
    private ulong HashOf(long version)
    {
        ref var known = ref _hashes[version & 1];
        if (known.Version != version)
        {
            known = (version, BodyHash.Of(MemoryMarshal.AsBytes(runtime.Weights(version).Span.Slice(range.Start, range.Length))));
        }

        return known.Hash;
    }
}
