using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorNet.Core;

namespace ActorNet.Cluster.Security;

/// <summary>A private authority in a folder: the certificates that it signs are believed by those alone who have its own.</summary>
internal sealed class CertificateAuthority : IDisposable
{
    /// <summary>The authority's private key, beside <see cref="NodeCertificates.AuthorityFile"/>. No node needs it.</summary>
    public const string KeyFile = "ca.key";

    /// <summary>Clocks differ: what is signed holds since then.</summary>
    private static readonly TimeSpan _clocks = TimeSpan.FromHours(1);

    private static readonly Oid _serverAuthentication = new("1.3.6.1.5.5.7.3.1"), _clientAuthentication = new("1.3.6.1.5.5.7.3.2");

    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate, bool isNew) => (_certificate, IsNew) = (certificate, isNew);

    /// <summary>Whether it was made just now.</summary>
    public bool IsNew { get; }

    /// <summary>Until when it holds.</summary>
    public DateTime NotAfter => _certificate.NotAfter;

    /// <summary>The authority of a folder, made if there is none.</summary>
    /// <param name="folder">The folder; made if there is none.</param>
    /// <param name="days">For how many days a new one holds.</param>
    /// <exception cref="ActorNetException">The folder has a half of one, or cannot be written.</exception>
    public static CertificateAuthority OpenOrCreate(string folder, int days)
    {
        var (certificate, key) = (Path.Combine(folder, NodeCertificates.AuthorityFile), Path.Combine(folder, KeyFile));
        if (File.Exists(certificate) != File.Exists(key))
        {
            throw new ActorNetException($"{folder} has only one of {NodeCertificates.AuthorityFile} and {KeyFile}: bring the other, or take another folder.");
        }

        return Guarded(folder, () =>
        {
            if (File.Exists(key))
            {
                return new CertificateAuthority(X509Certificate2.CreateFromPemFile(certificate, key), isNew: false);
            }

            var created = Create(days);
            Directory.CreateDirectory(folder);
            Write(certificate, created.ExportCertificatePem(), isSecret: false);
            Write(key, KeyOf(created), isSecret: true);
            return new CertificateAuthority(created, isNew: true);
        });
    }

    /// <summary>Makes a certificate with its key, and writes both with the authority's own, as <see cref="NodeCertificates.Load"/> reads them.</summary>
    /// <param name="folder">The folder; made if there is none. What it has is replaced.</param>
    /// <param name="name">The name of who shows it.</param>
    /// <param name="hosts">Names and addresses at which it may be called: <c>*.</c> stands for one label.</param>
    /// <param name="days">For how many days it holds; no longer than the authority's own.</param>
    /// <param name="watches">Whether it is for watching alone: no node takes it from another.</param>
    /// <returns>Until when it holds.</returns>
    /// <exception cref="ActorNetException">The folder cannot be written.</exception>
    public DateTime Issue(string folder, string name, IReadOnlyList<string> hosts, int days, bool watches)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request(name, key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(watches ? [_clientAuthentication] : [_serverAuthentication, _clientAuthentication], false));
        if (hosts.Count > 0)
        {
            request.CertificateExtensions.Add(NamesOf(hosts));
        }

        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var now = DateTimeOffset.UtcNow;
        var (begin, end) = (Later(now - _clocks, _certificate.NotBefore), Earlier(now.AddDays(days), _certificate.NotAfter));
        using var issued = request.Create(_certificate, begin, end, RandomNumberGenerator.GetBytes(16));
        return Guarded(folder, () =>
        {
            Directory.CreateDirectory(folder);
            Write(Path.Combine(folder, NodeCertificates.AuthorityFile), _certificate.ExportCertificatePem(), isSecret: false);
            Write(Path.Combine(folder, NodeCertificates.CertificateFile), issued.ExportCertificatePem(), isSecret: false);
            Write(Path.Combine(folder, NodeCertificates.KeyFile), key.ExportPkcs8PrivateKeyPem(), isSecret: true);
            return end.UtcDateTime;
        });
    }

    /// <inheritdoc/>
    public void Dispose() => _certificate.Dispose();

    private static X509Certificate2 Create(int days)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        // A number in its name tells one authority from another.
        var request = Request($"ActorNet authority {Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}", key);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow - _clocks, DateTimeOffset.UtcNow.AddDays(days));
    }

    private static CertificateRequest Request(string name, ECDsa key)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        var request = new CertificateRequest(subject.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static X509Extension NamesOf(IReadOnlyList<string> hosts)
    {
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            if (IPAddress.TryParse(host, out var address))
            {
                names.AddIpAddress(address);
            }
            else
            {
                names.AddDnsName(host);
            }
        }

        return names.Build();
    }

    private static string KeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    /// <summary>Whole or not at all: a node may be starting with it.</summary>
    private static void Write(string path, string pem, bool isSecret)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (isSecret && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var temporary = $"{path}.{Environment.ProcessId}";
        using (var writer = new StreamWriter(temporary, options))
        {
            writer.WriteLine(pem);
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static T Guarded<T>(string folder, Func<T> act)
    {
        try
        {
            return act();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ActorNetException($"certificates cannot be made in {folder}: {error.Message}", error);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;
}
