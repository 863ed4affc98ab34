using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Monitor;

/// <summary>Answers over HTTP as a coordinator does, with the states that a test gives it.</summary>
internal sealed class FakeCoordinator : IDisposable
{
    public const string Token = "0123456789abcdef";

    private readonly HttpListener _listener = new();
    private readonly Lock _lock = new();
    private readonly List<string> _events = [];
    private TaskCompletionSource _changed = NewSource();
    private RunStatus _status = RunStates.Training with { Time = DateTime.UtcNow };

    /// <summary>A coordinator at a port; 0 for any that is free.</summary>
    public FakeCoordinator(int port = 0)
    {
        Port = port == 0 ? FreePorts.Pair() : port;
        _listener.Prefixes.Add($"http://127.0.0.1:{Port}/");
        _listener.Start();
        _ = ServeAsync();
    }

    public int Port { get; }

    public string Url => $"http://127.0.0.1:{Port}";

    /// <summary>What was asked for, as method and path with its query.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>The bodies of commands.</summary>
    public ConcurrentQueue<JsonObject> Bodies { get; } = [];

    /// <summary>Done when somebody listens to events.</summary>
    public TaskCompletionSource Listening { get; } = NewSource();

    /// <summary>Done at the first command.</summary>
    public TaskCompletionSource<string> Commanded { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Whether it coordinates; otherwise it answers as a worker's endpoint does.</summary>
    public bool Coordinates { get; init; } = true;

    /// <summary>It leaves for good after so many answers.</summary>
    public int AnswersLeft { get; set; } = int.MaxValue;

    /// <summary>Whether commands are refused by the run.</summary>
    public bool Refuses { get; init; }

    /// <summary>The run.</summary>
    public RunStatus Status
    {
        get => Volatile.Read(ref _status);
        set => Volatile.Write(ref _status, value);
    }

    /// <summary>Something happens.</summary>
    public void Happen(string name, object details)
    {
        lock (_lock)
        {
            _events.Add(RunEventJson.Of(name, details).ToJsonString(RunJson.Line));
            _changed.SetResult();
            _changed = NewSource();
        }
    }

    public void Dispose() => _listener.Abort();

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                var context = await _listener.GetContextAsync();
                _ = AnswerAsync(context);
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        try
        {
            var path = context.Request.Url!.PathAndQuery;
            Requests.Enqueue($"{context.Request.HttpMethod} {path}");
            await ((context.Request.HttpMethod, Coordinates ? path : "") switch
            {
                ("GET", "/api/v1/job") => WriteAsync(context, 200, Status),
                ("GET", "/api/v1/cluster") => WriteAsync(context, 200, new { members = RunStates.Members, nodes = Status.Nodes }),
                ("GET", "/api/v1/history") => WriteAsync(context, 200, RunStates.History),
                ("GET", "/api/v1/events") => StreamAsync(context),
                ("POST", _) => CommandAsync(context, path),
                _ => WriteAsync(context, 404, new { title = "Not Found", detail = "This process does not coordinate a run" }),
            });
            if (--AnswersLeft == 0)
            {
                Dispose();
            }
        }
        catch (Exception error) when (error is HttpListenerException or ObjectDisposedException or IOException)
        {
            // The other side has gone.
        }
    }

    private async Task CommandAsync(HttpListenerContext context, string path)
    {
        using var reader = new StreamReader(context.Request.InputStream);
        var body = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        if (context.Request.Headers["Authorization"] != $"Bearer {Token}")
        {
            await WriteAsync(context, context.Request.Headers["Authorization"] is null ? 401 : 403, new { title = "Unauthorized", detail = "token" });
            return;
        }

        Bodies.Enqueue(body);
        Status = path.EndsWith("/pause", StringComparison.Ordinal) ? Status with { Phase = RunPhase.Paused, Time = DateTime.UtcNow } : Status;
        var answer = new CommandAnswer("verb", (string)body["by"]!, RunStates.Now, 72_400, !Refuses, Refuses ? "was not done: not now" : "is done");
        await WriteAsync(context, Refuses ? 409 : 200, answer);
        Commanded.TrySetResult(path);
    }

    private async Task StreamAsync(HttpListenerContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.SendChunked = true;
        await context.Response.OutputStream.WriteAsync(": hello\n\n"u8.ToArray());
        await context.Response.OutputStream.FlushAsync();
        Listening.TrySetResult();
        var next = int.Parse(context.Request.Headers["Last-Event-ID"] ?? "0", System.Globalization.CultureInfo.InvariantCulture);
        while (true)
        {
            string[] news;
            Task changed;
            lock (_lock)
            {
                news = [.. _events.Skip(next)];
                changed = _changed.Task;
            }

            foreach (var line in news)
            {
                await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes($"id: {++next}\ndata: {line}\n\n"));
                await context.Response.OutputStream.FlushAsync();
            }

            await (news.Length == 0 ? changed : Task.CompletedTask);
        }
    }

    private static async Task WriteAsync(HttpListenerContext context, int status, object answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.OutputStream.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(answer, RunJson.Line));
        context.Response.Close();
    }
}
