using System.Net.Security;
using System.Runtime.Versioning;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cluster.Tests.Security;

/// <summary>Certificates are made and read, and what cannot be used is refused with its file and the way out.</summary>
public sealed class NodeCertificatesTests : IDisposable
{
    private readonly TestCertificates _ours = new();
    private readonly TestCertificates _theirs = new();

    public void Dispose()
    {
        _ours.Dispose();
        _theirs.Dispose();
    }

    [Fact]
    public void What_is_made_names_its_hosts_and_is_believed()
    {
        var node = _ours.Node("localhost", "*.workers.example", "10.0.0.5");
        Assert.Null(PeerCheck.Fault(node.Own, node));
        Assert.True(node.Own.MatchesHostname("a.workers.example"));
        Assert.True(node.Own.MatchesHostname("10.0.0.5"));
        Assert.False(node.Own.MatchesHostname("a.b.workers.example"));
        Assert.False(node.Own.MatchesHostname("10.0.0.6"));
    }

    [Fact]
    public void A_node_must_be_called_by_a_name_of_its_certificate()
    {
        var node = _ours.Node("trainer.example");
        node.RequireNames("trainer.example");
        var error = Assert.Throws<ActorNetException>(() => node.RequireNames("10.0.0.5"));
        Assert.Contains("trainer.example", error.Message, StringComparison.Ordinal);
        Assert.Contains("others call this node 10.0.0.5", error.Message, StringComparison.Ordinal);
        NodeCertificates.Load(_ours.Issue("any", watches: false, "trainer.example"), anyHost: true).RequireNames("10.0.0.5");
    }

    /// <summary>OpenSSL, which compares names on Linux, would take no wildcard under a single label, as the network of containers is.</summary>
    [Theory]
    [InlineData("worker.actornet", true)]
    [InlineData("a.b.actornet", false)]
    [InlineData("actornet", false)]
    [InlineData("worker.other", false)]
    public void A_wildcard_stands_for_one_label_of_any_name(string host, bool isNamed)
    {
        var node = _ours.Node("*.actornet");
        Assert.Equal(isNamed, new PeerCheck(node, host, PeerKind.Node).Accept(this, node.Own, null, SslPolicyErrors.RemoteCertificateNameMismatch));
    }

    [Fact]
    public void Making_another_keeps_the_authority()
    {
        var before = File.ReadAllText(Path.Combine(_ours.Authority, "ca.key"));
        var (first, second) = (_ours.Node("a"), _ours.Node("a"));
        Assert.Equal(before, File.ReadAllText(Path.Combine(_ours.Authority, "ca.key")));
        Assert.NotEqual(first.Own.SerialNumber, second.Own.SerialNumber);
        Assert.Null(PeerCheck.Fault(first.Own, second));
    }

    [Fact]
    public void A_half_of_an_authority_is_refused()
    {
        File.Delete(Path.Combine(_ours.Authority, "ca.crt"));
        var error = Assert.Throws<ActorNetException>(() => CertificateAuthority.OpenOrCreate(_ours.Authority, days: 1));
        Assert.Contains("ca.key", error.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    [UnsupportedOSPlatform("windows")]
    public void Keys_are_their_owners_alone_and_a_loose_one_is_said()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs file modes");
        var folder = _ours.Issue("node", watches: false, "a");
        var key = Path.Combine(folder, "tls.key");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_ours.Authority, "ca.key")));
        File.SetUnixFileMode(key, File.GetUnixFileMode(key) | UnixFileMode.OtherRead);
        var warnings = new List<string>();
        NodeCertificates.Load(folder, warn: warnings.Add);
        Assert.Contains(warnings, warning => warning.Contains(key, StringComparison.Ordinal) && warning.Contains("chmod", StringComparison.Ordinal));
    }

    [Fact]
    public void One_that_ends_soon_is_said()
    {
        var warnings = new List<string>();
        NodeCertificates.Load(_ours.Issue("node", watches: false, "a"), warn: warnings.Add);
        Assert.Contains(warnings, warning => warning.Contains("ends on", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("ca.crt")]
    [InlineData("tls.crt")]
    [InlineData("tls.key")]
    public void A_missing_or_broken_file_is_named(string file)
    {
        var folder = _ours.Issue("node", watches: false, "a");
        File.WriteAllText(Path.Combine(folder, file), "-----BEGIN NOTHING-----\n");
        Assert.Contains("PEM", Assert.Throws<ActorNetException>(() => NodeCertificates.Load(folder)).Message, StringComparison.Ordinal);
        File.Delete(Path.Combine(folder, file));
        var error = Assert.Throws<ActorNetException>(() => NodeCertificates.Load(folder));
        Assert.Contains(file, error.Message, StringComparison.Ordinal);
        Assert.Contains("certs create", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_of_another_authority_or_key_is_refused()
    {
        var (ours, theirs) = (_ours.Issue("node", watches: false, "a"), _theirs.Issue("node", watches: false, "a"));
        File.Copy(Path.Combine(theirs, "ca.crt"), Path.Combine(ours, "ca.crt"), overwrite: true);
        Assert.Contains("was signed by CN=ActorNet authority", Assert.Throws<ActorNetException>(() => NodeCertificates.Load(ours)).Message, StringComparison.Ordinal);
        File.Copy(Path.Combine(theirs, "tls.key"), Path.Combine(ours, "tls.key"), overwrite: true);
        Assert.Contains("tls.crt is not what it should be", Assert.Throws<ActorNetException>(() => NodeCertificates.Load(ours)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_has_ended_is_refused_with_its_end() =>
        Assert.Matches(@"^has ended on \d{4}-\d\d-\d\d \d\d:\d\d UTC \(CN=old\)", PeerCheck.Fault(_ours.Ended().Own, _ours.Node("a")));
}
