using System.Reflection;
using ActorNet.Cli.Http;
using ActorNet.Core;
using ActorNet.Core.Data;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ActorNet.Cli.Serve;

/// <summary>What is where: the page and its parts, and what the page asks.</summary>
internal static class ServeRoutes
{
    private static readonly (string Route, string File, string Type)[] _files =
    [
        ("/", "serve.html", "text/html; charset=utf-8"),
        ("/serve.css", "serve.css", "text/css; charset=utf-8"),
        ("/serve.js", "serve.js", "text/javascript; charset=utf-8"),
        ("/drawing.js", "drawing.js", "text/javascript; charset=utf-8"),
        ("/network.js", "network.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    ];

    /// <summary>Adds all routes.</summary>
    public static void Map(IEndpointRouteBuilder routes, Thinker thinker)
    {
        foreach (var (route, file, type) in _files)
        {
            var content = Read(file);
            Get(route, context => Answer.WriteAsync(context, type, content));
        }

        Get("/api/model", context => Answer.JsonAsync(context, thinker.Describe()));
        Get("/api/neuron", context => Answer.JsonAsync(context, Found(() =>
            thinker.Look(new NeuronPlace(ThinkRequest.Number(context.Request, "layer"), ThinkRequest.Number(context.Request, "index"))))));
        Get("/api/example", context => Answer.JsonAsync(context, Example(ThinkRequest.Number(context.Request, "index"))));
        RequestDelegate think = async context =>
        {
            var neuron = ThinkRequest.Neuron(context.Request);
            var inputs = await ThinkRequest.ReadAsync(context.Request, thinker.Input).ConfigureAwait(false);
            await Answer.JsonAsync(context, Found(() => thinker.Think(inputs, neuron))).ConfigureAwait(false);
        };
        routes.MapMethods("/api/think", [HttpMethods.Post], think);

        void Get(string route, RequestDelegate handle) => routes.MapMethods(route, [HttpMethods.Get, HttpMethods.Head], handle);
    }

    /// <summary>What to say of a request that found no route.</summary>
    public static Problem? Missing(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => new(
            StatusCodes.Status404NotFound, $"There is no {context.Request.Path} here. GET /, /api/model, /api/neuron?layer=1&index=0, /api/example?index=0; POST /api/think."),
        StatusCodes.Status405MethodNotAllowed => new(
            StatusCodes.Status405MethodNotAllowed, $"{context.Request.Path} does not take {context.Request.Method}: use {context.Response.Headers.Allow}."),
        _ => null,
    };

    /// <summary>A digit of the built-in test part.</summary>
    private static object Example(int index)
    {
        if (index >= BuiltInDigits.TestCount)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, $"There is no example {index}: give 0 to {BuiltInDigits.TestCount - 1}.");
        }

        var digit = BuiltInDigits.Draw(BuiltInDigits.TrainingCount + index, 1, "example");
        return new { schema = 1, label = digit.AllLabels[0], picture = new GreyPicture(digit.Width, digit.Height, digit.AllPixels.ToArray()) };
    }

    /// <summary>What the model refuses is the request's fault, not the program's.</summary>
    private static T Found<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (ActorNetException error)
        {
            throw new ProblemException(StatusCodes.Status422UnprocessableEntity, $"{char.ToUpperInvariant(error.Message[0])}{error.Message[1..]}");
        }
    }

    private static byte[] Read(string file)
    {
        using var resource = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)!;
        var bytes = new byte[resource.Length];
        resource.ReadExactly(bytes);
        return bytes;
    }
}
