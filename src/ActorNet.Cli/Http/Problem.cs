using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace ActorNet.Cli.Http;

/// <summary>An answer that says what is wrong with a request and what to do about it, as problem details (RFC 9457).</summary>
/// <param name="Status">The status code.</param>
/// <param name="Detail">What is wrong, and what to do.</param>
internal sealed record Problem(int Status, string Detail)
{
    /// <summary>An object whose members are added to the standard ones; null for none.</summary>
    public object? More { get; init; }

    /// <summary>What to answer where a request came to an error.</summary>
    public static Problem Of(Exception error) => error switch
    {
        ProblemException { Problem: var told } => told,
        BadHttpRequestException bad => new(bad.StatusCode, bad.Message),
        _ => new(StatusCodes.Status500InternalServerError, $"unexpected {error.GetType().Name}: {error.Message} (a fault of the program)."),
    };

    /// <summary>Writes it as the answer.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        var problem = new JsonObject
        {
            ["type"] = "about:blank",
            ["title"] = ReasonPhrases.GetReasonPhrase(Status),
            ["status"] = Status,
            ["detail"] = Detail,
            ["instance"] = context.Request.Path.Value,
        };
        foreach (var (name, value) in More is null ? [] : JsonSerializer.SerializeToNode(More, RunJson.Line)!.AsObject())
        {
            problem.TryAdd(name, value?.DeepClone());
        }

        return Answer.WriteAsync(context, "application/problem+json", JsonSerializer.SerializeToUtf8Bytes(problem, RunJson.Line));
    }
}

/// <summary>A request that cannot be answered as it is.</summary>
internal sealed class ProblemException(int status, string detail) : Exception(detail)
{
    /// <summary>The answer instead.</summary>
    public Problem Problem { get; } = new(status, detail);
}
