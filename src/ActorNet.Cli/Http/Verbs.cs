using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Http;

/// <summary>
/// The requests that change a run. Each needs the token in the header <c>Authorization</c>, which a browser sends for no foreign page without asking the endpoint
/// first, and the endpoint never agrees.
/// </summary>
internal static class Verbs
{
    /// <summary>Bytes that a body may have.</summary>
    private const int MostBytes = 16_384;

    private const int LongestName = 100;

    private static readonly JsonSerializerOptions _json = new(RunJson.Line) { UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow };

    /// <summary>Carries out a request: checks the token, reads the body, asks the run and says what became of it.</summary>
    /// <param name="context">The request.</param>
    /// <param name="run">The run.</param>
    /// <param name="token">What the caller must know.</param>
    /// <param name="verb">The command's name, for the record.</param>
    /// <param name="make">Makes the command of what the body says and who asks.</param>
    public static async Task AskAsync(HttpContext context, WatchedRun run, BearerToken token, string verb, Func<VerbBody, string, RunCommand> make)
    {
        if (token.Check(context.Request.Headers.Authorization) is not TokenCheck.Right and var check)
        {
            run.Refused?.Invoke(verb, Address(context));
            await RefuseAsync(context, check).ConfigureAwait(false);
            return;
        }

        var body = await ReadAsync(context.Request).ConfigureAwait(false);
        var answer = await run.Control.SendAsync(make(body, Asker(body, context)), context.RequestAborted).ConfigureAwait(false);
        await (answer.IsDone
            ? Answer.JsonAsync(context, answer)
            : new Problem(StatusCodes.Status409Conflict, answer.Message) { More = answer }.WriteAsync(context)).ConfigureAwait(false);
    }

    /// <summary>When to stop, as the body or the query says; after the step when neither does.</summary>
    public static StopTime When(VerbBody body, HttpRequest request) => (body.When ?? (string?)request.Query["when"]) switch
    {
        null or "step" => StopTime.Step,
        "epoch" => StopTime.Epoch,
        "now" => StopTime.Now,
        var other => throw Wrong($"when is '{other}': give now, step or epoch."),
    };

    /// <summary>The learning rate that the body gives.</summary>
    public static double LearningRate(VerbBody body) => body.LearningRate is { } rate && double.IsFinite(rate) && rate > 0
        ? rate
        : throw Wrong($"learningRate is {body.LearningRate?.ToString(CultureInfo.InvariantCulture) ?? "missing"}: give a number above 0, as in {{\"learningRate\":0.1}}.");

    private static Task RefuseAsync(HttpContext context, TokenCheck check)
    {
        var isMissing = check == TokenCheck.Missing;
        context.Response.Headers.WWWAuthenticate = isMissing ? "Bearer realm=\"actornet\"" : "Bearer realm=\"actornet\", error=\"invalid_token\"";
        const string Where = "the one that the run printed when it started, or that of its --token-file";
        return (isMissing
            ? new Problem(StatusCodes.Status401Unauthorized, $"This changes the run and needs its token, {Where}: send the header 'Authorization: Bearer TOKEN'.")
            : new Problem(StatusCodes.Status403Forbidden, $"The token is another than this run's: give {Where}.")).WriteAsync(context);
    }

    private static async Task<VerbBody> ReadAsync(HttpRequest request)
    {
        if (request.ContentLength is 0 || (request.ContentLength is null && request.Headers.TransferEncoding.Count == 0))
        {
            return new VerbBody();
        }

        var bytes = await JsonBody.ReadAsync(request, MostBytes, ", or no body", "send the few words that this takes").ConfigureAwait(false);
        try
        {
            return JsonSerializer.Deserialize<VerbBody>(bytes, _json) ?? new VerbBody();
        }
        catch (JsonException error)
        {
            throw Wrong($"The body is not what this takes ({error.Message.TrimEnd('.')}): send an object with 'by' and, for stop, 'when', for learning-rate, 'learningRate'.");
        }
    }

    private static string Asker(VerbBody body, HttpContext context) => body.By switch
    {
        null => Address(context),
        { Length: 0 or > LongestName } => throw Wrong($"by has {body.By.Length} letters: give 1 to {LongestName}, or leave it out."),
        _ when body.By.Any(char.IsControl) => throw Wrong("by has control characters: give a name."),
        var name => name,
    };

    private static string Address(HttpContext context) => context.Connection.RemoteIpAddress is { } address
        ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString()
        : "unknown";

    private static ProblemException Wrong(string detail) => new(StatusCodes.Status400BadRequest, detail);
}

/// <summary>What the body of a verb may say.</summary>
/// <param name="By">Who asks, as it is recorded; null for the address that the request came from.</param>
/// <param name="When">For stop: when.</param>
/// <param name="LearningRate">For learning-rate: the new one.</param>
internal sealed record VerbBody(string? By = null, string? When = null, double? LearningRate = null);
