using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace ActorNet.Cli.Http;

/// <summary>Reads what a request sends: JSON, and not too much of it.</summary>
internal static class JsonBody
{
    /// <summary>Bytes of a body that are read to its end and thrown away, so that whoever sends too many gets to see the answer instead of a broken connection.</summary>
    public const int MostBytesSeen = 64_000_000;

    /// <summary>Reads the body whole.</summary>
    /// <param name="request">The request.</param>
    /// <param name="mostBytes">Bytes that it may have.</param>
    /// <param name="orElse">What else can be sent, for errors of the type; e.g. «, or no body».</param>
    /// <param name="shorter">What to send instead of too much, for that error.</param>
    /// <exception cref="ProblemException">It is not JSON by its type (415), or too long (413).</exception>
    public static async Task<byte[]> ReadAsync(HttpRequest request, int mostBytes, string orElse, string shorter)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
        {
            throw new ProblemException(
                StatusCodes.Status415UnsupportedMediaType,
                $"The body is {request.ContentType ?? "of no known type"}: send JSON, with the header 'Content-Type: application/json'{orElse}.");
        }

        var bytes = new byte[mostBytes + 1];
        var count = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, request.HttpContext.RequestAborted).ConfigureAwait(false);
        return count <= mostBytes
            ? bytes[..count]
            : throw new ProblemException(StatusCodes.Status413PayloadTooLarge, $"The body is over {mostBytes:N0} bytes: {shorter}.");
    }
}
