using ActorNet.Cluster.Protocol;
using Akka.Actor;

namespace ActorNet.Cluster.Hosting;

/// <summary>How a node makes itself known to a coordinator: with a secret, each shows the other that it has it.</summary>
/// <param name="node">The node.</param>
internal sealed class NodeRegistration(LocalNode node)
{
    private readonly byte[]? _ownNonce = node.Secret is null ? null : RegistrationProof.CreateNonce();
    private byte[]? _nonce;

    /// <summary>What the node says of itself, with a proof once the coordinator has asked for one.</summary>
    /// <param name="agent">The node's agent.</param>
    public RegisterNode Say(IActorRef agent)
    {
        var register = new RegisterNode(Wire.ProtocolVersion, node.Address(agent), node.Workers, node.Serves, Nonce: _ownNonce);
        return _nonce is { } nonce && node.Secret is { } secret ? RegistrationProof.AddTo(register, secret, nonce) : register;
    }

    /// <summary>The coordinator asks for a proof.</summary>
    /// <returns>Why there is none; null when the next registration has it.</returns>
    public string? Take(ChallengeNode challenge)
    {
        if (node.Secret is null)
        {
            return "the coordinator takes only nodes that have its secret, and this one has none: give it the coordinator's with --secret-file.";
        }

        _nonce = challenge.Nonce;
        return null;
    }

    /// <summary>Looks whether the coordinator that offers a job has shown what this node has shown it.</summary>
    /// <returns>Why the offer is not taken; null when it is.</returns>
    public string? Doubt(JobOffer offer)
    {
        if (node.Secret is not { } secret)
        {
            return null;
        }

        return _nonce is null
                ? "this node has a secret and the coordinator asked for none: give the coordinator the same --secret-file, or start this node without one."
            : !RegistrationProof.Holds(offer, secret, _ownNonce!)
                ? "the coordinator that offers a job has not shown that it has this node's secret: somebody else answers in its place. Look who listens there."
            : null;
    }
}
