using System.Net;
using System.Net.Sockets;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Serve;

/// <summary>Serves one page that shows a model thinking. Its port is taken when it is made.</summary>
internal sealed class ServeEndpoint : IAsyncDisposable
{
    /// <summary>The page is made of its own files and asks its own server alone; nobody may put it in a frame.</summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly Socket _socket;
    private readonly WebApplication _server;
    private readonly int _port;

    /// <summary>Takes the port.</summary>
    /// <param name="trained">The model.</param>
    /// <param name="listen">Where; port 0 for any that is free.</param>
    /// <exception cref="Core.ActorNetException">The model takes no pictures, or the port cannot be had.</exception>
    public ServeEndpoint(TrainedModel trained, HostPort listen)
    {
        var thinker = new Thinker(trained);
        _socket = ListeningSocket.Open(listen, "Give another with --port PORT, 0 for any that is free.");
        var at = (IPEndPoint)_socket.LocalEndPoint!;
        _port = at.Port;
        IsLoopback = IPAddress.IsLoopback(at.Address);
        var isAll = at.Address.Equals(IPAddress.Any) || at.Address.Equals(IPAddress.IPv6Any);
        Url = $"http://{new HostPort(isAll ? Dns.GetHostName() : listen.Host, _port)}/";
        _server = BareServer.Build(_socket, JsonBody.MostBytesSeen);
        _server.Use(GuardAsync);
        ServeRoutes.Map(_server, thinker);
    }

    /// <summary>The page's address.</summary>
    public string Url { get; }

    /// <summary>Whether only this machine can reach it.</summary>
    public bool IsLoopback { get; }

    /// <summary>Begins to answer.</summary>
    public Task StartAsync() => _server.StartAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        _socket.Dispose();
    }

    /// <summary>What every request goes through: headers that keep other pages out, and errors as problem details.</summary>
    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        var headers = context.Response.Headers;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Policy;
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (IsLoopback && !IsOurs(context.Request.Host))
        {
            await new Problem(StatusCodes.Status421MisdirectedRequest, $"This is {Url}, not {context.Request.Host}: use that address.")
                .WriteAsync(context).ConfigureAwait(false);
            return;
        }

        await BareServer.AnswerAsync(context, next, ServeRoutes.Missing).ConfigureAwait(false);
    }

    private bool IsOurs(HostString host) => HostGuard.Knows(host) && (host.Port ?? 80) == _port;
}
