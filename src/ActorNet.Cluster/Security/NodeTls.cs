using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Security.Authentication;

namespace ActorNet.Cluster.Security;

/// <summary>
/// Mutual TLS of one process: what both sides of its connections ask for, and who is told of those that were refused. The same for the cluster's messages, the
/// tensor link, the shards and HTTP.
/// </summary>
/// <param name="certificates">What is shown, and who is believed.</param>
/// <param name="warn">Is told of each that is refused, by address and reason; from any thread. Must return at once.</param>
internal sealed class NodeTls(NodeCertificates certificates, Action<string> warn)
{
    /// <summary>Who is refused comes again every second: once in so long is enough to know it.</summary>
    private static readonly TimeSpan _again = TimeSpan.FromMinutes(1);

    /// <summary>With more than so many different peers and reasons it begins to tell them anew.</summary>
    private const int MostRemembered = 256;

    /// <summary>TLS 1.2 for platforms that have no 1.3 yet.</summary>
    private const SslProtocols Protocols = SslProtocols.Tls12 | SslProtocols.Tls13;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Who, string Reason), long> _told = [];

    /// <summary>Without asking anybody on the network for the certificates between, nor for whether they still hold.</summary>
    private readonly SslStreamCertificateContext _own = SslStreamCertificateContext.Create(certificates.Own, certificates.Between, offline: true);

    /// <summary>TLS as the certificates ask for it; null for none.</summary>
    public static NodeTls? Of(NodeCertificates? certificates, Action<string> warn) => certificates is null ? null : new NodeTls(certificates, warn);

    /// <summary>The judge of the other side of a connection that this side made.</summary>
    public PeerCheck Callee(string host) => new(certificates, host, PeerKind.Node);

    /// <summary>The judge of the other side of a connection that came to this side.</summary>
    public PeerCheck Caller(PeerKind kind) => new(certificates, host: null, kind);

    /// <summary>The connecting side's options.</summary>
    public SslClientAuthenticationOptions Client(string host, PeerCheck check) => new()
    {
        TargetHost = host,
        ClientCertificateContext = _own,
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = check.Policy(),
        RemoteCertificateValidationCallback = check.Accept,
    };

    /// <summary>The accepting side's options.</summary>
    public SslServerAuthenticationOptions Server(PeerCheck check) => new()
    {
        ServerCertificateContext = _own,
        ClientCertificateRequired = true,
        EnabledSslProtocols = Protocols,
        CertificateChainPolicy = check.Policy(),
        RemoteCertificateValidationCallback = check.Accept,
    };

    /// <summary>Says why a connection did not come about, and tells people of it where they should know.</summary>
    /// <param name="peer">The other side, as people know it.</param>
    /// <param name="check">What was thought of its certificate.</param>
    /// <param name="failure">How it ended.</param>
    /// <returns>Peer and reason in a sentence.</returns>
    public string Refuse(string peer, PeerCheck check, Exception failure)
    {
        var reason = check.Refusal
            ?? (failure is AuthenticationException || !check.HasSpoken ? Reason(failure) : "does not take this node's certificate, or was stopped just then: it ended the handshake");
        // A connection on which nothing was said is nobody refused: somebody always tries ports.
        if (check.Refusal is not null || failure is AuthenticationException || check.HasSpoken)
        {
            Tell(peer, reason);
        }

        return $"{peer} {reason}";
    }

    /// <summary>Tells people of a peer that is refused for another reason than its certificate.</summary>
    public void Tell(string peer, string reason)
    {
        var now = Stopwatch.GetTimestamp();
        var key = (IPEndPoint.TryParse(peer, out var address) ? address.Address.ToString() : peer, reason);
        lock (_lock)
        {
            if (_told.TryGetValue(key, out var last) && Stopwatch.GetElapsedTime(last, now) < _again)
            {
                return;
            }

            if (_told.Count == MostRemembered)
            {
                _told.Clear();
            }

            _told[key] = now;
        }

        warn($"{peer} is refused, it {reason}");
    }

    private static string Reason(Exception failure)
    {
        var cause = failure.GetBaseException();
        return failure is not AuthenticationException ? $"ended the connection before TLS was agreed ({cause.Message.TrimEnd('.')})"
            : cause.Message.Contains("alert", StringComparison.OrdinalIgnoreCase) || cause is Win32Exception
                ? $"does not take this node's certificate, or this node its TLS ({cause.Message.TrimEnd('.')})"
                : $"does not speak TLS as this node does ({cause.Message.TrimEnd('.')}): start it with --tls DIR too";
    }
}
