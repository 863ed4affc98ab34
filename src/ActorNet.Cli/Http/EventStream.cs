using System.Text;
using Microsoft.AspNetCore.Http;

namespace ActorNet.Cli.Http;

/// <summary>Server-sent events: each line of the run as it comes, until the run is over.</summary>
internal static class EventStream
{
    private static readonly byte[] _heartbeat = Encoding.ASCII.GetBytes(": still here\n\n");

    /// <summary>How long a reader may take for one line before it is dropped: it is not there any more, or far too slow.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Writes lines until there are no more.</summary>
    /// <param name="context">The request.</param>
    /// <param name="events">The run's lines.</param>
    /// <param name="heartbeat">How often something is written when nothing happens: it shows both sides that the other is there.</param>
    public static async Task WriteAsync(HttpContext context, RunEvents events, TimeSpan heartbeat)
    {
        var after = ReadAfter(context.Request);
        try
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
            await WriteLinesAsync(context, events, after, heartbeat, context.RequestAborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private static async Task WriteLinesAsync(HttpContext context, RunEvents events, long after, TimeSpan heartbeat, CancellationToken cancel)
    {
        for (var isKnown = false; ;)
        {
            var news = events.After(after);
            if (isKnown && news.Lines is [var next, ..] && next.Number != after + 1)
            {
                // What comes next is not kept any more: this reader is too slow. It may come again, and sees by the numbers what it has missed.
                context.Abort();
                return;
            }

            foreach (var (number, line) in news.Lines)
            {
                await WriteAsync(context, (byte[])[.. Encoding.ASCII.GetBytes($"id: {number}\ndata: "), .. line, (byte)'\n', (byte)'\n'], cancel).ConfigureAwait(false);
                (after, isKnown) = (number, true);
            }

            if (news is { Lines.Count: 0, AreOver: true })
            {
                return;
            }

            if (news.Lines.Count == 0 && !await ComesWithinAsync(news.Changed, heartbeat, cancel).ConfigureAwait(false))
            {
                await WriteAsync(context, _heartbeat, cancel).ConfigureAwait(false);
            }
        }
    }

    private static async Task<bool> ComesWithinAsync(Task change, TimeSpan time, CancellationToken cancel)
    {
        try
        {
            await change.WaitAsync(time, cancel).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> bytes, CancellationToken cancel)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(_patience);
        await context.Response.Body.WriteAsync(bytes, deadline.Token).ConfigureAwait(false);
    }

    /// <summary>The last line that the reader knows: what a browser or a client that comes again says by itself, or what it asks for.</summary>
    private static long ReadAfter(HttpRequest request)
    {
        var (said, source) = request.Headers["Last-Event-ID"] is [{ Length: > 0 } last, ..] ? (last, "Last-Event-ID") : ((string?)request.Query["after"], "after");
        return string.IsNullOrEmpty(said) ? 0
            : long.TryParse(said, System.Globalization.CultureInfo.InvariantCulture, out var number) && number >= 0 ? number
            : throw new ProblemException(StatusCodes.Status400BadRequest, $"{source} is '{said}': give the id of an event, or leave it out for all that are kept.");
    }
}
