using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>Where a node gets the shards of the job's data that it has not.</summary>
/// <param name="Hash">The hash of the set's manifest.</param>
/// <param name="Name">The name by which the server of shards is asked for.</param>
/// <param name="Host">The host.</param>
/// <param name="Port">The port.</param>
[MessagePackObject]
internal sealed record ShardSource(
    [property: Key(0)] string Hash, [property: Key(1)] string Name, [property: Key(2)] string Host, [property: Key(3)] int Port);

/// <summary>The coordinator tells a node which slices' shards to fetch.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="Slices">The slices, the most urgent first; they take the place of those told before.</param>
[MessagePackObject]
internal sealed record FetchSlices([property: Key(0)] long Incarnation, [property: Key(1)] int[] Slices) : IWireMessage;

/// <summary>A node has fetched shards; told for each, so that a slow network is not taken for a lost node.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Incarnation">The one that offered the job.</param>
/// <param name="Slices">All slices whose shards it has now.</param>
/// <param name="Trouble">Why it fetches no more; null while it does.</param>
[MessagePackObject]
internal sealed record NodeHolds(
    [property: Key(0)] string Node, [property: Key(1)] long Incarnation, [property: Key(2)] int[] Slices, [property: Key(3)] string? Trouble) : IWireMessage;
