using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>
/// A node offers itself to the coordinator; repeated until <see cref="JobOffer"/> or <see cref="NodeRefused"/> answers, or <see cref="ChallengeNode"/>, which wants
/// it once more with a proof.
/// </summary>
/// <param name="ProtocolVersion">What it speaks, <see cref="Wire.ProtocolVersion"/>.</param>
/// <param name="Node">The node.</param>
/// <param name="Workers">Its worker actors; 0 for none.</param>
/// <param name="Serves">Whether it takes partitions.</param>
/// <param name="Proof">What the coordinator's challenge asked for; null before.</param>
/// <param name="Nonce">What the coordinator's own proof is to be about, different for each start of a node; null for a node that has no secret.</param>
[MessagePackObject]
internal sealed record RegisterNode(
    [property: Key(0)] int ProtocolVersion,
    [property: Key(1)] NodeAddress Node,
    [property: Key(2)] int Workers,
    [property: Key(3)] bool Serves,
    [property: Key(4)] RegistrationProof? Proof = null,
    [property: Key(5)] byte[]? Nonce = null) : IWireMessage;

/// <summary>The coordinator has a secret: the node shall register again, with a proof that it has it too.</summary>
/// <param name="Nonce">What the proof is about: different for each coordinator, so that an old proof is worth nothing.</param>
[MessagePackObject]
internal sealed record ChallengeNode([property: Key(0)] byte[] Nonce) : IWireMessage;

/// <summary>The coordinator does not take a node. It stays away.</summary>
/// <param name="Reason">One line: what, where, what to do.</param>
[MessagePackObject]
internal sealed record NodeRefused([property: Key(0)] string Reason) : IWireMessage;

/// <summary>The coordinator tells a node the job.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="JobHash">The job's name.</param>
/// <param name="Job">The job, as JSON.</param>
/// <param name="Partitions">Partitions of the parameters.</param>
/// <param name="Shards">Where the data's shards are; null when it is not sharded.</param>
/// <param name="Mac">What shows the node that the coordinator has the secret too, <see cref="RegistrationProof"/>; null where it has none.</param>
/// <param name="Replicas">Standbys of each partition.</param>
[MessagePackObject]
internal sealed record JobOffer(
    [property: Key(0)] long Incarnation,
    [property: Key(1)] string JobHash,
    [property: Key(2)] string Job,
    [property: Key(3)] int Partitions,
    [property: Key(4)] ShardSource? Shards = null,
    [property: Key(5)] byte[]? Mac = null,
    [property: Key(6)] int Replicas = 0) : IWireMessage;

/// <summary>A node is ready to take part.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Incarnation">The one that offered the job.</param>
/// <param name="Slices">The slices whose data it has; null for all.</param>
[MessagePackObject]
internal sealed record NodeReady(
    [property: Key(0)] string Node, [property: Key(1)] long Incarnation, [property: Key(2)] int[]? Slices = null) : IWireMessage;

/// <summary>A node cannot take part: it has not the data, or no room.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Reason">One line: what, where, what to do.</param>
[MessagePackObject]
internal sealed record NodeUnable([property: Key(0)] string Node, [property: Key(1)] string Reason) : IWireMessage;

/// <summary>A node shows life, some times a second.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Incarnation">The one whose job it works on.</param>
/// <param name="Generation">Of the last lease that it has taken; 0 for none.</param>
[MessagePackObject]
internal sealed record NodeAlive(
    [property: Key(0)] string Node, [property: Key(1)] long Incarnation, [property: Key(2)] int Generation = 0) : IWireMessage;

/// <summary>The coordinator has heard of a node.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="IsKnown">Whether the node takes part; if not it registers again.</param>
/// <param name="Asked">The incarnation that the node named.</param>
/// <param name="IsAwaited">Whether the node has not said yet that it is ready: if it is, it says so again.</param>
[MessagePackObject]
internal sealed record NodeHeard(
    [property: Key(0)] long Incarnation, [property: Key(1)] bool IsKnown, [property: Key(2)] long Asked = 0, [property: Key(3)] bool IsAwaited = false) : IWireMessage;

/// <summary>A node wants to leave: its slices are leased to others first.</summary>
/// <param name="Node">The node's name.</param>
[MessagePackObject]
internal sealed record DrainNode([property: Key(0)] string Node) : IWireMessage;

/// <summary>A node owes nothing any more: it may leave.</summary>
[MessagePackObject]
internal sealed record NodeDrained : IWireMessage;

/// <summary>A node has lost its tensor link to another, which may be gone.</summary>
/// <param name="Node">The other's name.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsGone">Whether nobody listens there any more: the other's process has ended.</param>
[MessagePackObject]
internal sealed record LinkLost(
    [property: Key(0)] string Node, [property: Key(1)] string Reason, [property: Key(2)] bool IsGone = false) : IWireMessage;

/// <summary>The run has ended.</summary>
/// <param name="Incarnation">Of the coordinator.</param>
/// <param name="Error">Why it failed; null when it did not.</param>
[MessagePackObject]
internal sealed record JobOver([property: Key(0)] long Incarnation, [property: Key(1)] string? Error) : IWireMessage;
