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
            proven with { Nonce = RegistrationProof.CreateNonce() },
            proven with { Proof = proven.Proof! with { Mac = [] } },
        ];
        Assert.All(others, other => Assert.IsType<NodeRefused>(RegistrationProof.Check(other, _secret, _nonce)));
    }

    [Fact]
    public void A_coordinators_proof_is_of_everything_that_it_offers_to_this_node()
    {
        var offer = RegistrationProof.AddTo(new JobOffer(1, "ab", "{}", 2, new ShardSource("cd", "shards", "here", 4055)), _secret, _nonce);
        Assert.True(RegistrationProof.Holds(offer, _secret, _nonce));
        JobOffer[] others =
        [
            offer with { Incarnation = 2 },
            offer with { JobHash = "abc" },
            offer with { Job = "{ }" },
            offer with { Partitions = 3 },
            offer with { Shards = null },
            offer with { Shards = offer.Shards! with { Hash = "ce" } },
            offer with { Shards = offer.Shards! with { Name = "other" } },
            offer with { Shards = offer.Shards! with { Host = "elsewhere" } },
            offer with { Shards = offer.Shards! with { Port = 1 } },
            offer with { Mac = [] },
            offer with { Mac = null },
        ];
        Assert.All(others, other => Assert.False(RegistrationProof.Holds(other, _secret, _nonce), $"{other}"));
        Assert.False(RegistrationProof.Holds(offer, _secret, RegistrationProof.CreateNonce()));
        Assert.False(RegistrationProof.Holds(offer, Encoding.ASCII.GetBytes("the secret of another one"), _nonce));
    }

    [Fact]
    public void A_coordinator_proves_nothing_to_a_node_that_does_not_ask_nor_without_a_secret()
    {
        var offer = new JobOffer(1, "ab", "{}", 2);
        Assert.Null(RegistrationProof.AddTo(offer, _secret, null).Mac);
        Assert.Null(RegistrationProof.AddTo(offer, null, _nonce).Mac);
    }

    /// <summary>What is authenticated may not change between versions without another protocol version.</summary>
    [Fact]
    public void Proofs_are_these_bytes()
    {
        var register = new RegisterNode(2, new NodeAddress("a", Sys.DeadLetters, "here", 4054), 2, false, Nonce: [1, 2]);
        var offer = new JobOffer(1, "ab", "{}", 2);
        var sharded = offer with { Shards = new ShardSource("cd", "shards", "here", 4055) };
        Assert.Equal(
            [
                "25131687C6F65DE229C0D208B5EE8B8C441A1748CCB95EE1121E467860FDEE3B",
                "47B655DE3EAA6620F091AF73FA8AFA353545C6079DE5040890F7E90CADAC3905",
                "C4A6AA2A93A5F47EE005B3C2DC31A25D7FD9227F2918C4EC8B06C251A47AC33A",
            ],
            new[]
            {
                RegistrationProof.AddTo(register, _secret, [3, 4]).Proof!.Mac,
                RegistrationProof.AddTo(offer, _secret, [1, 2]).Mac!,
                RegistrationProof.AddTo(sharded, _secret, [1, 2]).Mac!,
            }.Select(Convert.ToHexString));
    }

    [Fact]
    public void Nonces_differ() => Assert.NotEqual(RegistrationProof.CreateNonce(), RegistrationProof.CreateNonce());

    private RegisterNode Registration() => new(Wire.ProtocolVersion, new NodeAddress("a", TestActor, "here", 4054), 2, false);
}
