using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Mime;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Http;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Security;
using ActorNet.Core;

namespace ActorNet.Cli.Monitor;

/// <summary>Asks the HTTP endpoint of one node. Every call has a deadline; what it throws says which URL, and what to do.</summary>
internal sealed class RunClient : IDisposable
{
    /// <summary>A status is small and the coordinator keeps it ready.</summary>
    private static readonly TimeSpan _readDeadline = TimeSpan.FromSeconds(5);

    /// <summary>The coordinator itself answers after at most 30 s.</summary>
    private static readonly TimeSpan _commandDeadline = TimeSpan.FromSeconds(40);

    private readonly string? _token;
    private readonly HttpTls _tls;
    private readonly HttpClient _http;

    /// <summary>Connects with the first call.</summary>
    /// <param name="address">The endpoint, with a slash at its end.</param>
    /// <param name="token">What entitles to commands; null for none.</param>
    /// <param name="certificates">Mutual TLS; null for none.</param>
    public RunClient(Uri address, string? token, NodeCertificates? certificates)
    {
        _token = token;
        _tls = new HttpTls(certificates, address);
        var handler = _tls.Handler();
        handler.ConnectTimeout = TimeSpan.FromSeconds(3);
        _http = new HttpClient(handler) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };
        Where = address.ToString().TrimEnd('/');
    }

    /// <summary>The endpoint, as people write it.</summary>
    public string Where { get; }

    /// <summary>Whether commands can be given.</summary>
    public bool HasToken => _token is not null;

    /// <summary>The run.</summary>
    /// <exception cref="UnreachableException">Nobody answers, or somebody who is not the coordinator.</exception>
    public Task<RunStatus> StatusAsync(CancellationToken cancel) => ReadAsync<RunStatus>("api/v1/job", cancel);

    /// <summary>The members of the cluster.</summary>
    /// <exception cref="UnreachableException">As for the run.</exception>
    public async Task<IReadOnlyList<ClusterMember>> MembersAsync(CancellationToken cancel) =>
        (await ReadAsync<ClusterAnswer>("api/v1/cluster", cancel).ConfigureAwait(false)).Members;

    /// <summary>The run's course.</summary>
    /// <exception cref="UnreachableException">As for the run.</exception>
    public Task<RunHistory> HistoryAsync(CancellationToken cancel) => ReadAsync<RunHistory>("api/v1/history", cancel);

    /// <summary>
    /// What happens: all that the coordinator still has of it, or what came after an event that was seen, and then as it comes. It may be silent for as long as nothing happens: whoever listens asks for the status
    /// meanwhile, which has a deadline.
    /// </summary>
    /// <param name="lastId">The id of the last event seen; null for none.</param>
    /// <param name="cancel">Ends the stream.</param>
    /// <returns>Ids and lines of <see cref="RunEventJson"/>, until the server ends the stream.</returns>
    /// <exception cref="UnreachableException">The connection cannot be made, or broke.</exception>
    public async IAsyncEnumerable<(string Id, string Line)> EventsAsync(string? lastId, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        if (lastId is not null)
        {
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastId);
        }

        using var answer = await SendAsync(request, _readDeadline, cancel).ConfigureAwait(false);
        await RequireAsync(answer, cancel).ConfigureAwait(false);
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel).ConfigureAwait(false);
        await using var events = SseParser.Create(stream).EnumerateAsync(cancel).GetAsyncEnumerator(cancel);
        while (await NextAsync(events).ConfigureAwait(false))
        {
            if (events.Current.Data.Length > 0)
            {
                yield return (events.Current.EventId ?? "", events.Current.Data);
            }
        }
    }

    /// <summary>Asks something of the run.</summary>
    /// <returns>What became of it: done, or refused by the run.</returns>
    /// <exception cref="UnreachableException">Nobody answers.</exception>
    /// <exception cref="ActorNetException">The endpoint refused it: the token, or the request.</exception>
    public async Task<CommandAnswer> SendAsync(RunCommand command, CancellationToken cancel)
    {
        var path = command switch
        {
            RunCommand.Stop stop => $"stop?when={stop.When.ToString().ToLowerInvariant()}",
            RunCommand.Drain drain => $"drain/{Uri.EscapeDataString(drain.Node)}",
            RunCommand.SetLearningRate => "learning-rate",
            _ => command.Verb,
        };
        object body = command is RunCommand.SetLearningRate { Rate: var rate } ? new { learningRate = rate, by = command.By } : new { by = command.By };
        using var request = new HttpRequestMessage(HttpMethod.Post, $"api/v1/{path}") { Content = new StringContent(JsonSerializer.Serialize(body, RunJson.Line), Encoding.UTF8, MediaTypeNames.Application.Json) };
        if (_token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", _token);
        }

        using var answer = await SendAsync(request, _commandDeadline, cancel).ConfigureAwait(false);
        var text = await GuardAsync(() => answer.Content.ReadAsStringAsync(cancel), _readDeadline, cancel).ConfigureAwait(false);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
        {
            throw new ActorNetException(_token is null
                ? $"{Where} takes commands from those who have its token: give --token-file FILE, or set ACTORNET_TOKEN_FILE or ACTORNET_TOKEN. 'train' says where it is."
                : $"{Where} refused the token: give the one that the run was started with, by --token-file FILE, ACTORNET_TOKEN_FILE or ACTORNET_TOKEN.");
        }

        return AnswerIn(text) ?? throw new ActorNetException($"{Where} refused {command.Verb}: {Problem(text) ?? $"HTTP {(int)answer.StatusCode}"}");
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<T> ReadAsync<T>(string path, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var answer = await SendAsync(request, _readDeadline, cancel).ConfigureAwait(false);
        await RequireAsync(answer, cancel).ConfigureAwait(false);
        try
        {
            return await GuardAsync(() => answer.Content.ReadFromJsonAsync<T>(RunJson.Foreign, cancel), _readDeadline, cancel).ConfigureAwait(false)
                ?? throw new JsonException("null");
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw Unreachable($"{Where} answers, but not as ActorNet does ({error.Message.Split('.')[0]}): is it another service, or of another version?", error);
        }
    }

    /// <summary>Refuses an answer that is an error.</summary>
    private async Task RequireAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (answer.IsSuccessStatusCode)
        {
            return;
        }

        var text = await GuardAsync(() => answer.Content.ReadAsStringAsync(cancel), _readDeadline, cancel).ConfigureAwait(false);
        throw Unreachable(answer.StatusCode == HttpStatusCode.NotFound
            ? $"{Where} answers, but does not coordinate a run{(Problem(text) is { } why ? $" ({why})" : "")}: give the coordinator's URL."
            : $"{Where} answers with HTTP {(int)answer.StatusCode}{(Problem(text) is { } problem ? $": {problem}" : "")}.");
    }

    private Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, TimeSpan deadline, CancellationToken cancel) =>
        GuardAsync(() => _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel), deadline, cancel);

    /// <summary>Waits for the other side, no longer than the deadline.</summary>
    private async Task<T> GuardAsync<T>(Func<Task<T>> wait, TimeSpan deadline, CancellationToken cancel)
    {
        try
        {
            return await wait().WaitAsync(deadline, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException error)
        {
            throw Unreachable($"{Where} has not answered within {deadline.TotalSeconds:0} s.", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unreachable($"{Where} cannot be reached: {_tls.Explain(error)}.", error);
        }
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            throw Unreachable($"{Where} cannot be reached any more: {_tls.Explain(error)}.", error);
        }
    }

    private static UnreachableException Unreachable(string message, Exception? cause = null) =>
        new(cause is null ? new ActorNetException(message) : new ActorNetException(message, cause));

    private static CommandAnswer? AnswerIn(string text) =>
        JsonObjects.Parse(text) is { } json && json.ContainsKey("isDone") ? json.Deserialize<CommandAnswer>(RunJson.Foreign) : null;

    /// <summary>What a problem details object says (RFC 9457).</summary>
    private static string? Problem(string text) => JsonObjects.Parse(text) is { } json ? (json["detail"] ?? json["title"])?.ToString() : null;

    /// <summary>What <c>/api/v1/cluster</c> answers.</summary>
    private sealed record ClusterAnswer(IReadOnlyList<ClusterMember> Members);
}
