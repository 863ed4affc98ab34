using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace ActorNet.Cli.Http;

/// <summary>
/// A process's HTTP endpoint. Its port is taken when it is opened; the server behind it starts in the background, so that training need not wait for it, with the
/// first thing to be watched.
/// </summary>
internal sealed class NodeEndpoint : IAsyncDisposable
{
    private readonly Socket? _socket;
    private readonly HttpOptions _options;
    private readonly Action<string> _warn;
    private readonly bool _isLoopback;
    private readonly string _token = BearerToken.Draw();
    private readonly NodeTls? _tls;
    private Watched? _watched;
    private OtlpExport? _export;
    private Task<WebApplication?>? _server;
    private volatile bool _isEnding;

    /// <summary>Takes the port, if one is wanted.</summary>
    /// <param name="options">Where, and for whom.</param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <exception cref="Core.ActorNetException">The port cannot be had.</exception>
    public NodeEndpoint(HttpOptions options, Action<string> warn)
    {
        (_options, _warn) = (options, warn);
        if (options.Listen is not { } listen)
        {
            return;
        }

        _socket = ListeningSocket.Open(options, listen, out var taken);
        var at = (IPEndPoint)_socket.LocalEndPoint!;
        _isLoopback = IPAddress.IsLoopback(at.Address);
        var isAll = at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any);
        _tls = NodeTls.Of(options.Certificates, message => warn($"HTTP: {message}"));
        Url = $"{(_tls is null ? "http" : "https")}://{new HostPort(isAll ? options.PublicHost ?? Dns.GetHostName() : listen.Host, at.Port)}";
        Remark = taken is null ? "" : $" (port {taken} is taken)";
    }

    /// <summary>Where it is; null when it serves nobody.</summary>
    public string? Url { get; }

    /// <summary>What to say about the port, after the URL; empty for nothing.</summary>
    public string Remark { get; } = "";

    /// <summary>The token that was made because nobody gave one; null when somebody did.</summary>
    public string? NewToken => _options.Token is null ? _token : null;

    /// <summary>How often a stream of events writes something when nothing happens.</summary>
    internal TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a last push of metrics may take.</summary>
    internal TimeSpan LastPush { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>Shows a process that takes part in runs of others.</summary>
    public void Serve(NodeMonitor node) => Serve(new Watched(node, Run: null, new RunMetrics(node)));

    /// <summary>Shows a run, and lets those who know the token steer it.</summary>
    public void Serve(WatchedRun run) => Serve(new Watched(run.Control.Node, run, new RunMetrics(run.Control)));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _isEnding = true;
        // One that has not started yet is not waited for: nobody has been served.
        if (_server is { IsCompletedSuccessfully: true } && await _server.ConfigureAwait(false) is { } server)
        {
            await server.StopAsync().ConfigureAwait(false);
            await server.DisposeAsync().ConfigureAwait(false);
        }

        _socket?.Dispose();
        _export?.Dispose();
        _watched?.Metrics.Dispose();
    }

    private void Serve(Watched watched)
    {
        watched.Node.Http = Url;
        Interlocked.Exchange(ref _watched, watched)?.Metrics.Dispose();
        _export ??= OtlpExport.Start(_options.Otlp, LastPush, _warn);
        _server ??= _socket is null ? null : Task.Run(() => StartAsync(_socket));
    }

    private async Task<WebApplication?> StartAsync(Socket socket)
    {
        try
        {
            var server = Build(socket);
            await server.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch (Exception error)
        {
            if (!_isEnding)
            {
                _warn($"HTTP on {Url} could not be started ({error.Message}): training goes on without it.");
            }

            return null;
        }
    }

    private WebApplication Build(Socket socket)
    {
        var server = BareServer.Build(socket, JsonBody.MostBytesSeen, listen =>
        {
            if (_tls is not null)
            {
                listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = connection => ValueTask.FromResult(Secured(_tls, connection.Connection.RemoteEndPoint)) });
            }
        });
        server.Use(GuardAsync);
        Routes.Map(server, () => _watched!, _options.Token ?? new BearerToken(_token), Heartbeat);
        return server;
    }

    /// <summary>
    /// TLS of one connection. Who has a certificate must have one of the cluster's; who has none gets no further than the guard, for a load balancer asks after
    /// health without any.
    /// </summary>
    private static SslServerAuthenticationOptions Secured(NodeTls tls, EndPoint? from)
    {
        var check = tls.Caller(PeerKind.Visitor);
        var options = tls.Server(check);
        options.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
        {
            var isGood = check.Accept(sender, certificate, chain, errors);
            if (!isGood)
            {
                tls.Tell(from?.ToString() ?? "unknown", check.Refusal!);
            }

            return isGood;
        };
        return options;
    }

    /// <summary>What every request goes through: errors become problem details, and whatever has gone wrong is the request's matter alone.</summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        if (_isLoopback && !HostGuard.Knows(context.Request.Host))
        {
            await new Problem(
                StatusCodes.Status421MisdirectedRequest, $"This is {Url}, not {context.Request.Host}: use that address, or listen on another than loopback with --http.")
                .WriteAsync(context).ConfigureAwait(false);
            return;
        }

        if (_tls is not null && context.Connection.ClientCertificate is null && !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal))
        {
            await new Problem(
                StatusCodes.Status403Forbidden, "This endpoint answers those who show a certificate of the cluster's authority: give --tls DIR (curl: --cacert, --cert and --key).")
                .WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await BareServer.AnswerAsync(context, next, Routes.Missing).ConfigureAwait(false);
    }
}

/// <summary>What an endpoint shows.</summary>
/// <param name="Node">This process.</param>
/// <param name="Run">The run that it coordinates; null for none.</param>
/// <param name="Metrics">The numbers of both.</param>
internal sealed record Watched(NodeMonitor Node, WatchedRun? Run, RunMetrics Metrics);
