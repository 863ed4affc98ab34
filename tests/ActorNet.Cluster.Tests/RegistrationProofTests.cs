using System.Text;
using ActorNet.Cluster.Protocol;
using Akka.TestKit.Xunit2;

namespace ActorNet.Cluster.Tests;

/// <summary>Only who has the secret is registered, and only as what it said of itself.</summary>
public sealed class RegistrationProofTests : TestKit
{
    private static readonly byte[] _secret = Encoding.ASCII.GetBytes("the secret of this cluster");
    private static readonly byte[] _nonce = RegistrationProof.CreateNonce();

    [Fact]
    public void A_node_without_proof_is_challenged_and_one_with_it_is_taken()
    {
        var register = Registration();
        var challenge = Assert.IsType<ChallengeNode>(RegistrationProof.Check(register, _secret, _nonce));
        Assert.Null(RegistrationProof.Check(RegistrationProof.AddTo(register, _secret, challenge.Nonce), _secret, _nonce));
    }

    [Fact]
    public void Another_secret_is_refused_by_name()
    {
        var proven = RegistrationProof.AddTo(Registration(), Encoding.ASCII.GetBytes("the secret of another one"), _nonce);
        var refused = Assert.IsType<NodeRefused>(RegistrationProof.Check(proven, _secret, _nonce));
        Assert.Contains("node a has another secret", refused.Reason, StringComparison.Ordinal);
    }

    /// <summary>A new coordinator has a new nonce: the node that proved itself to the old one is asked again, and is not refused.</summary>
    [Fact]
    public void A_proof_for_another_coordinator_is_challenged_anew()
    {
        var old = RegistrationProof.AddTo(Registration(), _secret, RegistrationProof.CreateNonce());
        Assert.Equal(_nonce, Assert.IsType<ChallengeNode>(RegistrationProof.Check(old, _secret, _nonce)).Nonce);
    }

    /// <summary>What somebody overheard registers nothing else.</summary>
    [Fact]
    public void A_proof_is_of_everything_that_was_said()
    {
        var proven = RegistrationProof.AddTo(Registration(), _secret, _nonce);
        RegisterNode[] others =
        [
            proven with { ProtocolVersion = proven.ProtocolVersion + 1 },
            proven with { Workers = proven.Workers + 1 },
            proven with { Serves = !proven.Serves },
            proven with { Node = proven.Node with { Id = "b" } },
            proven with { Node = proven.Node with { LinkHost = "elsewhere" } },
            proven with { Node = proven.Node with { LinkPort = 1 } },
            proven with { Node = proven.Node with { Agent = CreateTestProbe() } },
            proven with { Proof = proven.Proof! with { Mac = [] } },
        ];
        Assert.All(others, other => Assert.IsType<NodeRefused>(RegistrationProof.Check(other, _secret, _nonce)));
    }

    [Fact]
    public void Nonces_differ() => Assert.NotEqual(RegistrationProof.CreateNonce(), RegistrationProof.CreateNonce());

    private RegisterNode Registration() => new(Wire.ProtocolVersion, new NodeAddress("a", TestActor, "here", 4054), 2, false);
}
