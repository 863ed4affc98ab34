using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Tests.Support;

namespace ActorNet.Cluster.Tests.Security;

/// <summary>An authority in a folder of its own, and certificates of all kinds that it signed.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public TestCertificates() => CertificateAuthority.OpenOrCreate(Authority, days: 2).Dispose();

    public string Authority => Path.Combine(_folder.Path, "authority");

    /// <summary>Those of a node that is called by hosts.</summary>
    public NodeCertificates Node(params string[] hosts) => NodeCertificates.Load(Issue("node", watches: false, hosts));

    /// <summary>Those of somebody who only watches.</summary>
    public NodeCertificates Watcher() => NodeCertificates.Load(Issue("watcher", watches: true));

    /// <summary>Those of a node whose certificate has ended: its own process would not take them.</summary>
    public NodeCertificates Ended()
    {
        var own = Sign(DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(-1));
        return new NodeCertificates(own, [], NodeCertificates.Load(Issue("any", watches: false)).Authorities, anyHost: true);
    }

    public string Issue(string name, bool watches, params string[] hosts)
    {
        using var authority = CertificateAuthority.OpenOrCreate(Authority, days: 2);
        var folder = Path.Combine(_folder.Path, name);
        authority.Issue(folder, name, hosts, days: 1, watches);
        return folder;
    }

    public void Dispose() => _folder.Dispose();

    private X509Certificate2 Sign(DateTimeOffset begin, DateTimeOffset end)
    {
        using var authority = X509Certificate2.CreateFromPemFile(Path.Combine(Authority, "ca.crt"), Path.Combine(Authority, "ca.key"));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=old", key, HashAlgorithmName.SHA256);
        using var signed = request.Create(authority, begin, end, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(key);
    }
}
