using System.Text;
using ActorNet.Cluster.Monitoring;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorNet.Cli.Http;

/// <summary>What is where.</summary>
internal static class Routes
{
    private const string Health = "/health/live, /health/ready";
    private const string Node = $"{Health}, /metrics, /api/v1/node";
    private const string Reads = $"{Node}, /api/v1/job, /api/v1/cluster, /api/v1/history, /api/v1/events";
    private const string Posts = "/api/v1/pause, resume, stop, checkpoint, drain/NODE, learning-rate";

    /// <summary>Adds all routes.</summary>
    /// <param name="routes">Where.</param>
    /// <param name="watched">What is watched now.</param>
    /// <param name="token">What those must know who want to change something.</param>
    /// <param name="heartbeat">How often a stream of events writes something.</param>
    public static void Map(IEndpointRouteBuilder routes, Func<Watched> watched, BearerToken token, TimeSpan heartbeat)
    {
        Read("/health/live", (context, _) => Answer.JsonAsync(context, new { status = "live" }));
        Read("/health/ready", (context, now) => now.Node.WaitsFor is { } waits
            ? new Problem(StatusCodes.Status503ServiceUnavailable, $"Not ready: {waits.TrimEnd('.')}.").WriteAsync(context)
            : Answer.JsonAsync(context, new { status = "ready" }));
        Read("/metrics", (context, now) => Answer.WriteAsync(context, PrometheusText.MediaType, Encoding.UTF8.GetBytes(PrometheusText.Write(now.Metrics))));
        Read("/api/v1/node", (context, now) => Answer.JsonAsync(context, new { schema = 1, status = now.Node.Status, now.Node.WaitsFor, now.Node.Members }));

        ReadRun("job", (context, run) => Answer.JsonAsync(context, run.Control.Status));
        ReadRun("cluster", (context, run) => Answer.JsonAsync(context, new { schema = 1, run.Control.Members, run.Control.Status.Nodes }));
        ReadRun("history", (context, run) => Answer.JsonAsync(context, run.History.Read()));
        ReadRun("events", (context, run) => EventStream.WriteAsync(context, run.Events, heartbeat));

        Verb("pause", "pause", (_, _, by) => new RunCommand.Pause(by));
        Verb("resume", "resume", (_, _, by) => new RunCommand.Resume(by));
        Verb("stop", "stop", (request, body, by) => new RunCommand.Stop(by, Verbs.When(body, request)));
        Verb("checkpoint", "checkpoint", (_, _, by) => new RunCommand.Checkpoint(by));
        Verb("drain/{node}", "drain", (request, _, by) => new RunCommand.Drain(by, (string)request.RouteValues["node"]!));
        Verb("learning-rate", "set-lr", (_, body, by) => new RunCommand.SetLearningRate(by, Verbs.LearningRate(body)));

        void Read(string route, Func<HttpContext, Watched, Task> answer)
        {
            RequestDelegate handle = context => answer(context, watched());
            routes.MapMethods(route, [HttpMethods.Get, HttpMethods.Head], handle);
        }

        void ReadRun(string route, Func<HttpContext, WatchedRun, Task> answer)
        {
            RequestDelegate handle = context => answer(context, RunOf(watched()));
            routes.MapMethods($"/api/v1/{route}", [HttpMethods.Get], handle);
        }

        void Verb(string route, string name, Func<HttpRequest, VerbBody, string, RunCommand> make)
        {
            RequestDelegate handle = context => Verbs.AskAsync(context, RunOf(watched()), token, name, (body, by) => make(context.Request, body, by));
            routes.MapMethods($"/api/v1/{route}", [HttpMethods.Post], handle);
        }
    }

    /// <summary>What to say of a request that found no route.</summary>
    public static Problem? Missing(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(StatusCodes.Status404NotFound, $"There is no {context.Request.Path} here. GET {Reads}; POST {Posts}."),
        StatusCodes.Status405MethodNotAllowed => new(
            StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} does not take {context.Request.Method}: use {context.Response.Headers.Allow}."),
        _ => null,
    };

    private static WatchedRun RunOf(Watched watched) => watched.Run ?? throw new ProblemException(
        StatusCodes.Status404NotFound, $"This process does not coordinate a run: ask that of 'actornet train'. Here are GET {Node}.");
}
