using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace ActorNet.Cluster.Security;

/// <summary>Judges the certificate that the other side of one connection shows, and says what is wrong with it.</summary>
/// <param name="own">Whom this node believes.</param>
/// <param name="host">The host that was called, which the certificate must name; null for who called us: that is known by its authority alone.</param>
/// <param name="kind">What the other side must be.</param>
internal sealed class PeerCheck(NodeCertificates own, string? host, PeerKind kind)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>What is wrong, as the rest of a sentence about the other side; null for nothing, or when it was not asked.</summary>
    public string? Refusal { get; private set; }

    /// <summary>Whether a caller has begun to speak TLS: one that then just ends has something against this side.</summary>
    public bool HasSpoken { get; set; }

    /// <summary>The callback of <see cref="SslStream"/>.</summary>
    public bool Accept(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        Refusal = Judge(certificate as X509Certificate2, chain, errors);
        return Refusal is null;
    }

    /// <summary>How the other side's certificate is to be verified: by our authorities alone, without asking anybody on the network.</summary>
    public X509ChainPolicy Policy() => PolicyOf(own);

    /// <summary>What is wrong with a node's certificate in itself; null for nothing.</summary>
    public static string? Fault(X509Certificate2 certificate, NodeCertificates trusted)
    {
        using var chain = new X509Chain { ChainPolicy = PolicyOf(trusted) };
        chain.ChainPolicy.ExtraStore.AddRange(trusted.Between);
        return chain.Build(certificate) ? null : ChainFault(certificate, chain, trusted);
    }

    /// <summary>A date as it is written in messages.</summary>
    public static string Day(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private string? Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null)
        {
            return kind == PeerKind.Visitor ? null : "shows no certificate: start it with --tls DIR";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors))
        {
            return $"shows a certificate that {(chain is null ? "cannot be verified" : ChainFault(certificate, chain, own))}";
        }

        if (kind == PeerKind.Node && !CanServe(certificate))
        {
            return $"shows the certificate {certificate.Subject}, which is for watching alone: a node needs one made without --watcher";
        }

        // Not by the flag of a mismatch: on Linux that is OpenSSL's, which takes no *.actornet, for want of a second dot; other platforms and .NET's own check do.
        return host is not null && !own.AnyHost && !certificate.MatchesHostname(host)
            ? $"shows the certificate {certificate.Subject}, which is for {Names(certificate)}, not for {host}: make one that names it with 'certs create --hosts', or take any host's with --tls-any-host"
            : null;
    }

    private static string ChainFault(X509Certificate2 certificate, X509Chain chain, NodeCertificates trusted)
    {
        var now = DateTime.Now;
        return now > certificate.NotAfter ? $"has ended on {Day(certificate.NotAfter)} ({certificate.Subject}): make a new one"
            : now < certificate.NotBefore ? $"begins on {Day(certificate.NotBefore)} only ({certificate.Subject}): look at the clocks of both machines"
            : IsSignedByOthers(chain) ? $"was signed by {certificate.Issuer}, not by this cluster's authority {string.Join(" or ", trusted.Authorities.Select(authority => authority.Subject))} ({certificate.Subject})"
            : $"does not hold ({certificate.Subject}): {string.Join(" ", chain.ChainStatus.Select(status => status.StatusInformation.Trim()))}";
    }

    private static bool IsSignedByOthers(X509Chain chain) => chain.ChainStatus.Any(status =>
        (status.Status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain | X509ChainStatusFlags.NotSignatureValid)) != 0);

    /// <summary>Whether it may be shown by who is called, as every node is: one without a list of uses is good for all (RFC 5280, 4.2.1.12).</summary>
    private static bool CanServe(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SingleOrDefault() is not { } uses
        || uses.EnhancedKeyUsages.Cast<Oid>().Any(use => use.Value == ServerAuthentication);

    /// <summary>The hosts that a certificate names.</summary>
    public static string Names(X509Certificate2 certificate)
    {
        var names = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>()
            .SelectMany(extension => extension.EnumerateDnsNames().Concat(extension.EnumerateIPAddresses().Select(address => address.ToString())))
            .ToList();
        return names.Count == 0 ? "no host" : string.Join(", ", names);
    }

    private static X509ChainPolicy PolicyOf(NodeCertificates trusted)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(trusted.Authorities);
        return policy;
    }
}

/// <summary>What the other side of a connection must be.</summary>
internal enum PeerKind
{
    /// <summary>A node of the cluster.</summary>
    Node,

    /// <summary>Somebody who watches, or has no certificate: then it is for others to say what that is good for.</summary>
    Visitor,
}
