using System.Net.Security;
using System.Security.Authentication;
using ActorNet.Cluster.Security;

namespace ActorNet.Cli.Http;

/// <summary>The connections of one client to a process's endpoint, in mutual TLS where that is on.</summary>
internal sealed class HttpTls
{
    private readonly Uri _url;
    private readonly PeerCheck? _check;
    private readonly SslClientAuthenticationOptions _options = new();

    /// <summary>Connects nowhere yet.</summary>
    /// <param name="certificates">What to show, and whom to believe; null for no TLS.</param>
    /// <param name="url">The endpoint.</param>
    public HttpTls(NodeCertificates? certificates, Uri url)
    {
        _url = url;
        if (NodeTls.Of(certificates, _ => { }) is { } tls)
        {
            var host = url.Host.Trim('[', ']');
            _check = tls.Callee(host);
            _options = tls.Client(host, _check);
        }
    }

    /// <summary>What makes the connections.</summary>
    public SocketsHttpHandler Handler() => new() { SslOptions = _options };

    /// <summary>What went wrong, and whether TLS has to do with it; without a full stop.</summary>
    public string Explain(Exception error)
    {
        var cause = error.GetBaseException().Message.TrimEnd('.');
        return _check?.Refusal is { } refusal ? $"it {refusal}"
            : _url.Scheme == Uri.UriSchemeHttps && _check is null ? $"{cause}: a process in TLS asks for a certificate, give --tls DIR"
            : _url.Scheme == Uri.UriSchemeHttps && error.InnerException is AuthenticationException ? $"{cause}: does it serve HTTP without TLS?"
            : error is HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } ? $"{cause}: is it in TLS? Then give --tls DIR"
            : cause;
    }
}
