using System.Buffers;
using System.Security.Cryptography;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>
/// What shows a coordinator that a node has the secret: HMAC-SHA256 under it, over the coordinator's nonce and everything that the node says of itself. So a
/// proof that somebody overheard registers no other node, at no other address, and with no other coordinator. The coordinator shows the node the same, with the
/// job that it offers: over the node's nonce and everything that the offer says. The two begin with different labels, so that none can be sent back as the other.
/// </summary>
/// <param name="Nonce">The one that the coordinator gave: an old one only means that the coordinator is a new one.</param>
/// <param name="Mac">The HMAC.</param>
[MessagePackObject]
internal sealed record RegistrationProof([property: Key(0)] byte[] Nonce, [property: Key(1)] byte[] Mac)
{
    private const int NonceBytes = 32;
    private const string NodeLabel = "ActorNet registration", CoordinatorLabel = "ActorNet offer";

    private delegate void Say(ref MessagePackWriter writer);

    /// <summary>A nonce that nobody else has.</summary>
    public static byte[] CreateNonce() => RandomNumberGenerator.GetBytes(NonceBytes);

    /// <summary>A registration with its proof.</summary>
    public static RegisterNode AddTo(RegisterNode register, ReadOnlyMemory<byte> secret, byte[] nonce) =>
        register with { Proof = new RegistrationProof(nonce, Authenticate(register, secret.Span, nonce)) };

    /// <summary>An offer with the coordinator's proof, if the coordinator has a secret and the node has asked for a proof.</summary>
    /// <param name="offer">The offer.</param>
    /// <param name="secret">The coordinator's; null for none.</param>
    /// <param name="nonce">The node's; null when it has no secret.</param>
    public static JobOffer AddTo(JobOffer offer, ReadOnlyMemory<byte>? secret, byte[]? nonce) =>
        secret is { } key && nonce is not null ? offer with { Mac = Authenticate(offer, key.Span, nonce) } : offer;

    /// <summary>Looks whether a node has shown that it has the secret. Takes as long whatever is wrong with a proof.</summary>
    /// <returns>What to answer; null when it has.</returns>
    public static IWireMessage? Check(RegisterNode register, ReadOnlyMemory<byte> secret, byte[] nonce)
    {
        if (register.Proof is not { Nonce: var about, Mac: var mac } || !about.AsSpan().SequenceEqual(nonce))
        {
            return new ChallengeNode(nonce);
        }

        return CryptographicOperations.FixedTimeEquals(mac, Authenticate(register, secret.Span, nonce))
            ? null
            : new NodeRefused($"node {register.Node.Id} has another secret than the coordinator: give both the same --secret-file.");
    }

    /// <summary>Whether a coordinator has shown that it has the secret.</summary>
    public static bool Holds(JobOffer offer, ReadOnlyMemory<byte> secret, byte[] nonce) =>
        offer.Mac is { } mac && CryptographicOperations.FixedTimeEquals(mac, Authenticate(offer, secret.Span, nonce));

    private static byte[] Authenticate(RegisterNode register, ReadOnlySpan<byte> secret, byte[] nonce) => Authenticate(secret, (ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(10);
        writer.Write(NodeLabel);
        writer.Write(nonce);
        writer.Write(register.ProtocolVersion);
        writer.Write(register.Node.Id);
        writer.Write(Akka.Serialization.Serialization.SerializedActorPath(register.Node.Agent));
        writer.Write(register.Node.LinkHost);
        writer.Write(register.Node.LinkPort);
        writer.Write(register.Workers);
        writer.Write(register.Serves);
        writer.Write(register.Nonce);
    });

    private static byte[] Authenticate(JobOffer offer, ReadOnlySpan<byte> secret, byte[] nonce) => Authenticate(secret, (ref MessagePackWriter writer) =>
    {
        writer.WriteArrayHeader(6 + (offer.Shards is null ? 0 : 4) + (offer.Replicas > 0 ? 1 : 0));
        writer.Write(CoordinatorLabel);
        writer.Write(nonce);
        writer.Write(offer.Incarnation);
        writer.Write(offer.JobHash);
        writer.Write(offer.Job);
        writer.Write(offer.Partitions);
        if (offer.Replicas > 0)
        {
            writer.Write(offer.Replicas);
        }

        if (offer.Shards is { } shards)
        {
            writer.Write(shards.Hash);
            writer.Write(shards.Name);
            writer.Write(shards.Host);
            writer.Write(shards.Port);
        }
    });

    private static byte[] Authenticate(ReadOnlySpan<byte> secret, Say say)
    {
        var said = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(said);
        say(ref writer);
        writer.Flush();
        return HMACSHA256.HashData(secret, said.WrittenSpan);
    }
}
