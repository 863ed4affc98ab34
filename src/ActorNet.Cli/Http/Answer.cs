using System.Text.Json;
using ActorNet.Cli.Runs;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Http;

/// <summary>How answers are written.</summary>
internal static class Answer
{
    /// <summary>Writes an object as JSON, in the same form as everywhere in the program.</summary>
    public static Task JsonAsync<T>(HttpContext context, T value) =>
        WriteAsync(context, "application/json", JsonSerializer.SerializeToUtf8Bytes(value, RunJson.Line));

    /// <summary>Writes bytes.</summary>
    public static Task WriteAsync(HttpContext context, string type, ReadOnlyMemory<byte> body)
    {
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
