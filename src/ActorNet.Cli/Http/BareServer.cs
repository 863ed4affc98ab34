using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorNet.Cli.Http;

/// <summary>The framework's web server with nothing of its usual settings: no files, no variables, no logging, no signals.</summary>
internal static class BareServer
{
    /// <summary>A server that ends waits so long for answers that are being written.</summary>
    private static readonly TimeSpan _lastAnswers = TimeSpan.FromSeconds(0.5);

    /// <summary>Makes one; it is not started yet.</summary>
    /// <param name="socket">Listens already.</param>
    /// <param name="mostBytes">Bytes of a request's body that are read before the connection is cut.</param>
    /// <param name="secure">Sets TLS up, if there is to be any.</param>
    public static WebApplication Build(Socket socket, long mostBytes, Action<ListenOptions>? secure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = mostBytes;
            kestrel.Limits.MaxConcurrentConnections = 500;
            kestrel.Listen(socket.LocalEndPoint!, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                secure?.Invoke(listen);
            });
        });
        builder.Services.Configure<SocketTransportOptions>(transport => transport.CreateBoundListenSocket = _ => socket);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = _lastAnswers);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton<IHostLifetime, OwnLifetime>();
        return builder.Build();
    }

    /// <summary>Has a request answered, and says what is wrong where it cannot be.</summary>
    /// <param name="context">The request.</param>
    /// <param name="next">Answers it.</param>
    /// <param name="missing">What is wrong with a request that nobody answers.</param>
    public static async Task AnswerAsync(HttpContext context, RequestDelegate next, Func<HttpContext, Problem?> missing)
    {
        Problem? problem;
        try
        {
            await next(context).ConfigureAwait(false);
            problem = context.Response.HasStarted ? null : missing(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            problem = Problem.Of(error);
        }

        if (problem is not null)
        {
            await problem.WriteAsync(context).ConfigureAwait(false);
        }
    }

    /// <summary>The server lives as long as whoever made it: signals are for the program.</summary>
    private sealed class OwnLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
