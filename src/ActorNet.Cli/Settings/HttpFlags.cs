using System.CommandLine;
using System.Text;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cli.Settings;

/// <summary>The flags that say where a process can be watched over HTTP, and by whom it can be steered.</summary>
internal sealed class HttpFlags
{
    private const string Off = "off";

    private readonly int _defaultPort;
    private readonly bool _canSteer;
    private readonly Setting _http;

    private readonly Setting _token = new(
        "--token-file", "FILE", "A file with the token, 16 letters or more, that pause, stop and other changes over HTTP need. Default: one made at start, and shown on a terminal.");

    private readonly Setting _otlp = new(
        "--otlp", "URL", "Push metrics to an OpenTelemetry collector, such as http://localhost:4318. Default: what OTEL_EXPORTER_OTLP_ENDPOINT says, or nowhere.");

    /// <summary>The flags of a command.</summary>
    /// <param name="defaultPort">The port on loopback when nothing is said; 0 for any.</param>
    /// <param name="canSteer">Whether the process can have a run to steer.</param>
    public HttpFlags(int defaultPort, bool canSteer)
    {
        (_defaultPort, _canSteer) = (defaultPort, canSteer);
        _http = new("--http", "HOST:PORT|off", "Where to serve health, metrics and status over HTTP. Default 127.0.0.1 and " + (defaultPort == 0
            ? "any free port."
            : $"port {defaultPort}, or any that is free when that is taken."), Off);
    }

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var setting in _canSteer ? (Setting[])[_http, _token, _otlp] : [_http, _otlp])
        {
            command.Options.Add(setting.Option);
        }
    }

    /// <summary>What was said.</summary>
    /// <param name="parse">The arguments.</param>
    /// <param name="publicHost">The name by which others reach this process; null for the host's own.</param>
    /// <param name="certificates">Mutual TLS; null for none.</param>
    /// <exception cref="UsageException">A value makes no sense.</exception>
    public HttpOptions Read(ParseResult parse, string? publicHost, NodeCertificates? certificates)
    {
        var said = _http.Find(parse);
        return new HttpOptions
        {
            Listen = said is { } text ? ReadAddress(text) : new HostPort("127.0.0.1", _defaultPort),
            IsAsked = said is not null,
            PublicHost = publicHost,
            Certificates = certificates,
            Token = _canSteer && _token.Find(parse) is { } file ? ReadToken(file) : null,
            Otlp = _otlp.Find(parse) is { } url ? ReadUrl(url) : null,
        };
    }

    private static HostPort? ReadAddress(Said said)
    {
        try
        {
            return said.Text == Off ? null : HostPort.Parse(said.Text, said.Source, HttpOptions.DefaultPort);
        }
        catch (ActorNetException)
        {
            throw said.Wrong($"host:port, as in 127.0.0.1:{HttpOptions.DefaultPort} or 0.0.0.0:{HttpOptions.DefaultPort}, or {Off}");
        }
    }

    private static BearerToken ReadToken(Said path)
    {
        var bytes = SecretFile.Read(path.Text, path.Source, ModelArgument.Warn);
        var fault = SecretFile.Fault(bytes)
            ?? (bytes.Span.ContainsAnyExceptInRange((byte)'!', (byte)'~') ? "has spaces or letters beyond ASCII, which a header of HTTP cannot carry: make one with 'openssl rand -hex 16'" : null);
        return fault is null ? new BearerToken(Encoding.ASCII.GetString(bytes.Span)) : throw new UsageException($"{path.Source} {path.Text} {fault}.");
    }

    private static Uri ReadUrl(Said said) => Uri.TryCreate(said.Text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
        ? url
        : throw said.Wrong("the URL of a collector, as in http://localhost:4318");
}
