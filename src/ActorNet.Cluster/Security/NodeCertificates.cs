using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorNet.Core;

namespace ActorNet.Cluster.Security;

/// <summary>
/// What a node shows to others, and whom it believes: its certificate with the private key, and the authority that signs those of the whole cluster. No other
/// authority counts, those of the system least of all.
/// </summary>
public sealed class NodeCertificates
{
    /// <summary>The authority's certificate, in PEM; several when it is being replaced.</summary>
    public const string AuthorityFile = "ca.crt";

    /// <summary>The node's certificate, in PEM, with those between it and the authority, if any, behind it.</summary>
    public const string CertificateFile = "tls.crt";

    /// <summary>The node's private key, in PEM, without a password.</summary>
    public const string KeyFile = "tls.key";

    private const string HowToMake = "'actornet certs create --out DIR' makes a folder with all that is needed";

    private static readonly TimeSpan _soon = TimeSpan.FromDays(14);

    /// <summary>Certificates in memory.</summary>
    internal NodeCertificates(X509Certificate2 own, X509Certificate2Collection between, X509Certificate2Collection authorities, bool anyHost)
    {
        (Own, Between, Authorities, AnyHost) = (own, between, authorities, anyHost);
    }

    /// <summary>What this node shows, with its private key.</summary>
    internal X509Certificate2 Own { get; }

    /// <summary>The certificates between its own and the authority's.</summary>
    internal X509Certificate2Collection Between { get; }

    /// <summary>Who may sign.</summary>
    internal X509Certificate2Collection Authorities { get; }

    /// <summary>Whether a certificate of the authority is good for any host.</summary>
    internal bool AnyHost { get; }

    /// <summary>
    /// Reads a folder with <see cref="AuthorityFile"/>, <see cref="CertificateFile"/> and <see cref="KeyFile"/>: the names that a TLS secret of Kubernetes has.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="anyHost">Whether the names in others' certificates need not be those of their hosts: everybody with a certificate may then be any node.</param>
    /// <param name="warn">Is told when others can read the key, and when the certificate ends soon.</param>
    /// <exception cref="ActorNetException">A file cannot be read, or they do not belong together, or the certificate has ended.</exception>
    public static NodeCertificates Load(string folder, bool anyHost = false, Action<string>? warn = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var own = Read(folder, CertificateFile, path => Usable(X509Certificate2.CreateFromPemFile(path, Path.Combine(folder, KeyFile))));
        var between = Read(folder, CertificateFile, Several);
        between.RemoveAt(0);
        var certificates = new NodeCertificates(own, between, Read(folder, AuthorityFile, Several), anyHost);
        if (PeerCheck.Fault(own, certificates) is { } fault)
        {
            throw new ActorNetException($"the certificate {Path.Combine(folder, CertificateFile)} cannot be used, it {fault}.");
        }

        certificates.Warn(folder, warn);
        return certificates;
    }

    /// <summary>Whether others can check that the node which shows it is the one that they called.</summary>
    /// <param name="host">The name or address by which they call it.</param>
    /// <exception cref="ActorNetException">They would refuse it.</exception>
    internal void RequireNames(string host)
    {
        if (!AnyHost && !Own.MatchesHostname(host))
        {
            throw new ActorNetException(
                $"the certificate {Own.Subject} is for {PeerCheck.Names(Own)}, but others call this node {host}, and would refuse it: make one that names it with 'certs create --hosts', say another name with --public-host, or take any host's, on every node, with --tls-any-host.");
        }
    }

    private void Warn(string folder, Action<string>? warn)
    {
        if (Own.NotAfter.ToUniversalTime() - DateTime.UtcNow < _soon)
        {
            warn?.Invoke($"the certificate {Path.Combine(folder, CertificateFile)} ends on {PeerCheck.Day(Own.NotAfter)}: replace it, and start its nodes again, one after the other.");
        }

        var key = Path.Combine(folder, KeyFile);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(key) & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0)
        {
            warn?.Invoke($"the key {key} can be read by every user of this machine: 'chmod o= {key}' keeps it secret.");
        }
    }

    private static T Read<T>(string folder, string file, Func<string, T> read)
    {
        var path = Path.Combine(folder, file);
        try
        {
            return read(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"the folder of certificates {folder} cannot be used: {error.Message.TrimEnd('.')}. It needs {AuthorityFile}, {CertificateFile} and {KeyFile}: {HowToMake}.", error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new ActorNetException($"{path} is not what it should be, in PEM and without a password ({error.Message.TrimEnd('.')}): {HowToMake}.", error);
        }
    }

    private static X509Certificate2Collection Several(string path)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPemFile(path);
        return all.Count > 0 ? all : throw new CryptographicException("there is no certificate in it");
    }

    /// <summary>Windows cannot use a key for TLS that came from PEM and was never put into a store of its own.</summary>
    private static X509Certificate2 Usable(X509Certificate2 fromPem)
    {
        if (!OperatingSystem.IsWindows())
        {
            return fromPem;
        }

        using (fromPem)
        {
            return X509CertificateLoader.LoadPkcs12(fromPem.Export(X509ContentType.Pkcs12), password: null);
        }
    }
}
