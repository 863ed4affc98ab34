using System.Diagnostics;
using System.Net.ServerSentEvents;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using ActorNet.Cli.Http;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>The stream of a run's lines.</summary>
public sealed class EventStreamTests : IDisposable
{
    private readonly TestEndpoint _http = new(heartbeat: TimeSpan.FromMilliseconds(50));

    private RunEvents Events => _http.Run.Events;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Every_line_comes_in_order_those_before_and_those_to_come_until_the_run_is_over()
    {
        Add(0, 3);
        var lines = await ReadAsync("/api/v1/events", seen =>
        {
            if (seen == 3)
            {
                Add(3, 100);
                Events.Complete();
            }
        });
        Assert.Equal(Enumerable.Range(0, 100), lines.Select(line => (int)JsonNode.Parse(line.Data)!["n"]!));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => long.Parse(lines[0].EventId!) + i), lines.Select(line => long.Parse(line.EventId!)));
    }

    [Fact]
    public async Task A_reader_that_comes_again_goes_on_where_it_was()
    {
        Add(0, 50);
        Events.Complete();
        var all = await ReadAsync("/api/v1/events");
        var tenth = all[9].EventId!;
        Assert.Equal(all[10..], await ReadAsync($"/api/v1/events?after={tenth}"));
        Assert.Equal(all[10..], await ReadAsync("/api/v1/events?after=0", lastEventId: tenth));
        Assert.Empty(await ReadAsync($"/api/v1/events?after={all[^1].EventId}"));
        // Of a process whose clock was ahead: what this one has is all new.
        Assert.Equal(all, await ReadAsync($"/api/v1/events?after={long.Parse(all[^1].EventId!) + 1000}"));
        await TestEndpoint.IsProblemAsync(await _http.Client.GetAsync("/api/v1/events?after=x"), 400, "after is 'x'");
    }

    [Fact]
    public async Task Only_the_last_thousand_lines_are_kept()
    {
        Add(0, RunEvents.Capacity + 200);
        Events.Complete();
        var lines = await ReadAsync("/api/v1/events");
        Assert.Equal(RunEvents.Capacity, lines.Count);
        Assert.Equal(200, (int)JsonNode.Parse(lines[0].Data)!["n"]!);
    }

    [Fact]
    public async Task A_stream_in_which_nothing_happens_shows_that_it_is_there()
    {
        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        await using var stream = await _http.Client.GetStreamAsync("/api/v1/events", deadline.Token);
        using var reader = new StreamReader(stream);
        Assert.StartsWith(":", await reader.ReadLineAsync(deadline.Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_is_dropped()
    {
        using var slow = new TcpClient { ReceiveBufferSize = 8_192 };
        await slow.ConnectAsync(_http.Url.Host, _http.Url.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET /api/v1/events HTTP/1.1\r\nHost: {_http.Url.Authority}\r\n\r\n"));
        Add(0, 1);
        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        var (text, block) = (new StringBuilder(), new byte[65_536]);
        while (!text.ToString().Contains("\"n\":0", StringComparison.Ordinal))
        {
            text.Append(Encoding.ASCII.GetString(block, 0, await slow.GetStream().ReadAsync(block, deadline.Token)));
        }

        // More than the system's buffers and what is kept can hold together.
        const int Count = 400;
        var padding = new string('x', 100_000);
        for (var n = 1; n <= Count; n++)
        {
            Events.Add(new JsonObject { ["n"] = n, ["padding"] = padding });
        }

        try
        {
            while (await slow.GetStream().ReadAsync(block, deadline.Token) is var count and > 0)
            {
                text.Append(Encoding.ASCII.GetString(block, 0, count));
            }
        }
        catch (IOException)
        {
            // Reset: dropped too.
        }

        Assert.DoesNotContain($"\"n\":{Count},", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_open_stream_does_not_keep_the_process()
    {
        Add(0, 1);
        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        await using var stream = await _http.Client.GetStreamAsync("/api/v1/events", deadline.Token);
        await stream.ReadExactlyAsync(new byte[10], deadline.Token);
        var watch = Stopwatch.StartNew();
        _http.Dispose();
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
    }

    private void Add(int from, int to)
    {
        for (var n = from; n < to; n++)
        {
            Events.Add(new JsonObject { ["n"] = n });
        }
    }

    /// <summary>All lines of a stream that ends.</summary>
    private async Task<List<SseItem<string>>> ReadAsync(string path, Action<int>? seen = null, string? lastEventId = null)
    {
        using var deadline = new CancellationTokenSource(TestEndpoint.Patience);
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Last-Event-ID", lastEventId is null ? [] : [lastEventId]);
        using var answer = await _http.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
        await using var stream = await answer.Content.ReadAsStreamAsync(deadline.Token);
        var lines = new List<SseItem<string>>();
        await foreach (var line in SseParser.Create(stream).EnumerateAsync(deadline.Token))
        {
            lines.Add(line);
            seen?.Invoke(lines.Count);
        }

        return lines;
    }
}
