using System.Net;
using System.Net.Sockets;
using System.Text;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Serve;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.Fuzzing.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Fuzzing.Targets;

/// <summary>Requests as the endpoints get them from the web server: a line with method, path and query, then the body.</summary>
internal static class HttpTargets
{
    private static readonly string[] _words =
    [
        "POST ", "GET ", "/api/think", "/api/neuron", "/api/example", "/api/model", "/api/v1/stop", "/api/v1/learning-rate", "/api/v1/drain/", "?", "&", "=", "layer", "index", "when", "epoch", "now",
        "{\"inputs\":[", "\"width\":", "\"height\":", "\"pixels\":\"", "\"by\":", "\"learningRate\":", "AAAA", "]}", "}", "1e39", "-0",
    ];

    /// <summary>What <c>actornet serve</c> answers.</summary>
    public static FuzzTarget Serve(string name)
    {
        var model = new TrainedModel("model", Model.Create(ModelSpec.Dense([64, 5, 3])));
        var drawn = Convert.ToBase64String([.. Enumerable.Range(0, 48).Select(i => (byte)(5 * i))]);
        string[] seeds =
        [
            "POST /api/think?layer=1&index=2\n{\"inputs\":[" + string.Join(',', Enumerable.Range(0, 64).Select(i => i / 64f)) + "]}",
            "POST /api/think\n{\"width\":6,\"height\":8,\"pixels\":\"" + drawn + "\"}", "GET /api/neuron?layer=2&index=1\n", "GET /api/example?index=7\n", "GET /api/model\n", "GET /\n", "PUT /api/think\n{}",
        ];
        return Of(name, seeds, ServeRoutes.Missing, server => ServeRoutes.Map(server, new Thinker(model)));
    }

    /// <summary>What every node answers; of what the coordinator does alone, whatever changes a run. The stream of events, which has no end, is left out.</summary>
    public static FuzzTarget Node(string name)
    {
        var run = new WatchedRun();
        var watched = new Watched(run.Control.Node, run, new RunMetrics(run.Control));
        string[] seeds =
        [
            "POST /api/v1/stop?when=epoch\n{\"by\":\"me\"}", "POST /api/v1/stop\n{\"when\":\"now\"}", "POST /api/v1/learning-rate\n{\"learningRate\":0.1,\"by\":\"somebody\"}", "POST /api/v1/drain/node-1\n", "POST /api/v1/pause\n{}",
            "GET /api/v1/job\n", "GET /api/v1/history\n", "GET /metrics\n", "GET /health/ready\n", "GET /nothing\n",
        ];
        return Of(name, seeds, Routes.Missing, server => Routes.Map(server, () => watched, new BearerToken("secret"), TimeSpan.FromSeconds(10)));
    }

    private static FuzzTarget Of(string name, string[] seeds, Func<HttpContext, Problem?> missing, Action<WebApplication> map)
    {
        // The socket is never listened to: requests come from here.
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var server = BareServer.Build(socket, JsonBody.MostBytesSeen);
        ((IApplicationBuilder)server).UseRouting();
        map(server);
        ((IApplicationBuilder)server).UseEndpoints(_ => { });
        var answer = ((IApplicationBuilder)server).Build();
        return new FuzzTarget(name, [.. seeds.Select(DataTargets.Utf8)], input => Ask(server.Services, answer, missing, input)) { Refusals = [], Words = _words };
    }

    private static void Ask(IServiceProvider services, RequestDelegate answer, Func<HttpContext, Problem?> missing, byte[] input)
    {
        var end = input.AsSpan().IndexOf((byte)'\n');
        var line = Encoding.UTF8.GetString(input, 0, Math.Max(0, end));
        // The web server itself refuses a zero in a path.
        if (line.Split(' ', 2) is not [var method, var target] || target.Contains("/events", StringComparison.OrdinalIgnoreCase) || !target.StartsWith('/') || target.Contains("%00", StringComparison.Ordinal))
        {
            return;
        }

        var mark = target.IndexOf('?');
        var context = new DefaultHttpContext { RequestServices = services };
        context.Request.Method = method;
        context.Request.Path = mark < 0 ? target : target[..mark];
        context.Request.QueryString = mark < 0 ? default : new QueryString(target[mark..]);
        context.Request.ContentType = "application/json";
        context.Request.ContentLength = input.Length - end - 1;
        context.Request.Body = new MemoryStream(input, end + 1, input.Length - end - 1);
        context.Request.Headers.Authorization = "Bearer secret";
        BareServer.AnswerAsync(context, answer, missing).GetAwaiter().GetResult();
        if (context.Response.StatusCode is < 200 or >= 500 and not StatusCodes.Status503ServiceUnavailable)
        {
            throw new InvalidOperationException($"{line} is answered with {context.Response.StatusCode}: what a request is must never be the program's fault.");
        }
    }
}
