using System.Buffers;
using System.Security.Cryptography;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>
/// What shows a coordinator that a node has the secret: HMAC-SHA256 under it, over the coordinator's nonce and everything that the node says of itself. So a
/// proof that somebody overheard registers no other node, at no other address, and with no other coordinator.
/// </summary>
/// <param name="Nonce">The one that the coordinator gave: an old one only means that the coordinator is a new one.</param>
/// <param name="Mac">The HMAC.</param>
[MessagePackObject]
internal sealed record RegistrationProof([property: Key(0)] byte[] Nonce, [property: Key(1)] byte[] Mac)
{
    private const int NonceBytes = 32;
    private const string Label = "ActorNet registration";

    /// <summary>A nonce that no other coordinator has.</summary>
    public static byte[] CreateNonce() => RandomNumberGenerator.GetBytes(NonceBytes);

    /// <summary>A registration with its proof.</summary>
    public static RegisterNode AddTo(RegisterNode register, ReadOnlyMemory<byte> secret, byte[] nonce) =>
        register with { Proof = new RegistrationProof(nonce, Authenticate(register, secret.Span, nonce)) };

    /// <summary>Looks whether a node has shown that it has the secret. Takes as long whatever is wrong with a proof.</summary>
    /// <returns>What to answer; null when it has.</returns>
    public static IWireMessage? Check(RegisterNode register, ReadOnlyMemory<byte> secret, byte[] nonce)
    {
        if (register.Proof is not { Nonce: { } about, Mac: { } mac } || !about.AsSpan().SequenceEqual(nonce))
        {
            return new ChallengeNode(nonce);
        }

        return CryptographicOperations.FixedTimeEquals(mac, Authenticate(register, secret.Span, nonce))
            ? null
            : new NodeRefused($"node {register.Node.Id} has another secret than the coordinator: give both the same --secret-file.");
    }

    private static byte[] Authenticate(RegisterNode register, ReadOnlySpan<byte> secret, byte[] nonce)
    {
        var said = new ArrayBufferWriter<byte>();
        var writer = new MessagePackWriter(said);
        writer.WriteArrayHeader(9);
        writer.Write(Label);
        writer.Write(nonce);
        writer.Write(register.ProtocolVersion);
        writer.Write(register.Node.Id);
        writer.Write(Akka.Serialization.Serialization.SerializedActorPath(register.Node.Agent));
        writer.Write(register.Node.LinkHost);
        writer.Write(register.Node.LinkPort);
        writer.Write(register.Workers);
        writer.Write(register.Serves);
        writer.Flush();
        return HMACSHA256.HashData(secret, said.WrittenSpan);
    }
}
