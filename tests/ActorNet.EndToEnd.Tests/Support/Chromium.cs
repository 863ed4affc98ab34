using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>A browser without a window, driven by the DevTools protocol: real key strokes and pointers, one page.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private static readonly string[] _names = ["chromium", "chromium-browser", "google-chrome"];

    private readonly RunningProcess _process;
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private int _messages;
    private Task _reading = Task.CompletedTask;

    private Chromium(RunningProcess process) => _process = process;

    /// <summary>What pages have complained about: errors of scripts, refused requests, broken policies.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>The browser's program; null where there is none.</summary>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => _names.Select(name => Path.Combine(folder, name)))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts it with an empty page.</summary>
    public static async Task<Chromium> StartAsync(Workspace work, string program)
    {
        var port = FreePorts.Pair();
        string[] arguments =
            ["--headless=new", "--no-sandbox", "--disable-gpu", $"--user-data-dir={work.At("profile")}", $"--remote-debugging-port={port}", "about:blank"];
        var browser = new Chromium(work.StartOther(program, arguments));
        try
        {
            await browser._process.SeesAsync("DevTools listening on");
            using var client = new HttpClient { Timeout = _patience };
            var pages = JsonNode.Parse(await client.GetStringAsync($"http://127.0.0.1:{port}/json/list"))!.AsArray();
            var page = pages.Single(page => (string)page!["type"]! == "page")!;
            using var deadline = new CancellationTokenSource(_patience);
            await browser._socket.ConnectAsync(new Uri((string)page["webSocketDebuggerUrl"]!), deadline.Token);
            browser._reading = browser.ReadAsync();
            await browser.SendAsync("Runtime.enable");
            await browser.SendAsync("Log.enable");
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page in a window of this size.</summary>
    public async Task OpenAsync(Uri page, int width, int height, string scheme = "light")
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });
        await SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = scheme } } });
        await SendAsync("Page.navigate", new { url = page.AbsoluteUri });
    }

    /// <summary>What a script comes to.</summary>
    public async Task<JsonNode?> EvaluateAsync(string script)
    {
        var answer = await SendAsync("Runtime.evaluate", new { expression = script, awaitPromise = true, returnByValue = true });
        Assert.True(answer["exceptionDetails"] is null, $"{script}\n{answer["exceptionDetails"]?.ToJsonString()}");
        return answer["result"]!["value"];
    }

    /// <summary>Waits until the page has become so that a condition holds.</summary>
    public async Task SeesAsync(string condition)
    {
        var script = $$"""
            new Promise(done => {
              const look = () => { if ({{condition}}) { observer.disconnect(); done(true); } };
              const observer = new MutationObserver(look);
              observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
              look();
            })
            """;
        try
        {
            await EvaluateAsync(script);
        }
        catch (TimeoutException error)
        {
            var page = await EvaluateAsync("document.body.innerText");
            throw new TimeoutException($"The page did not come to: {condition}\n{string.Join('\n', Complaints)}\n{page}", error);
        }
    }

    /// <summary>Presses and releases a key, so many times.</summary>
    public async Task PressAsync(string key, int times = 1)
    {
        var (code, text) = key switch { "Tab" => (9, ""), "Enter" => (13, "\r"), " " => (32, " "), "ArrowUp" => (38, ""), "ArrowRight" => (39, ""), "ArrowDown" => (40, ""), "Delete" => (46, ""), _ => (0, key) };
        for (var i = 0; i < times; i++)
        {
            await SendAsync("Input.dispatchKeyEvent", new { type = text.Length == 0 ? "rawKeyDown" : "keyDown", key, code = key, windowsVirtualKeyCode = code, text });
            await SendAsync("Input.dispatchKeyEvent", new { type = "keyUp", key, code = key, windowsVirtualKeyCode = code });
        }
    }

    /// <summary>Draws with the mouse along points of the window.</summary>
    public async Task DragAsync(params (double X, double Y)[] points)
    {
        await MouseAsync("mousePressed", points[0]);
        foreach (var point in points[1..])
        {
            await MouseAsync("mouseMoved", point);
        }

        await MouseAsync("mouseReleased", points[^1]);
    }

    /// <summary>Draws with a finger along points of the window.</summary>
    public async Task TouchAsync(params (double X, double Y)[] points)
    {
        foreach (var (i, (x, y)) in points.Index())
        {
            await SendAsync("Input.dispatchTouchEvent", new { type = i == 0 ? "touchStart" : "touchMove", touchPoints = new[] { new { x, y } } });
        }

        await SendAsync("Input.dispatchTouchEvent", new { type = "touchEnd", touchPoints = Array.Empty<object>() });
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _process.Abandon();
        await Task.WhenAny(_reading, Task.Delay(_patience));
        _socket.Dispose();
    }

    private Task<JsonNode> MouseAsync(string type, (double X, double Y) at) =>
        SendAsync("Input.dispatchMouseEvent", new { type, x = at.X, y = at.Y, button = "left", buttons = 1, clickCount = 1 });

    private async Task<JsonNode> SendAsync(string method, object? parameters = null)
    {
        var id = Interlocked.Increment(ref _messages);
        var answer = _waiting[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var deadline = new CancellationTokenSource(_patience);
        var message = JsonSerializer.SerializeToUtf8Bytes(new { id, method, @params = parameters ?? new { } });
        await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, deadline.Token);
        return await answer.Task.WaitAsync(_patience);
    }

    private async Task ReadAsync()
    {
        var (block, message) = (new byte[65_536], new MemoryStream());
        try
        {
            while (true)
            {
                var part = await _socket.ReceiveAsync(block, CancellationToken.None);
                message.Write(block, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonNode.Parse(Encoding.UTF8.GetString(message.ToArray()))!);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception error) when (error is WebSocketException or InvalidOperationException or JsonException)
        {
            foreach (var waiting in _waiting.Values)
            {
                waiting.TrySetException(error);
            }
        }
    }

    private void Take(JsonNode message)
    {
        if ((int?)message["id"] is { } id && _waiting.TryRemove(id, out var waiting))
        {
            if (message["error"] is { } error)
            {
                waiting.SetException(new InvalidOperationException(error.ToJsonString()));
                return;
            }

            waiting.SetResult(message["result"]!);
        }
        else if ((string?)message["method"] is "Runtime.exceptionThrown" or "Runtime.consoleAPICalled" or "Log.entryAdded")
        {
            Complaints.Enqueue(message["params"]!.ToJsonString());
        }
    }
}
