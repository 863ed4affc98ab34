using System.Net;
using System.Text.Json;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>What can be asked of a run over HTTP, and by whom.</summary>
public sealed class VerbTests : IDisposable
{
    private readonly TestEndpoint _http = new();

    public static TheoryData<string, string?, RunCommand> Requests => new()
    {
        { "pause", null, new RunCommand.Pause("127.0.0.1") },
        { "pause", "{}", new RunCommand.Pause("127.0.0.1") },
        { "pause", """{"by":"Ada"}""", new RunCommand.Pause("Ada") },
        { "resume", null, new RunCommand.Resume("127.0.0.1") },
        { "stop", null, new RunCommand.Stop("127.0.0.1", StopTime.Step) },
        { "stop?when=epoch", null, new RunCommand.Stop("127.0.0.1", StopTime.Epoch) },
        { "stop", """{"when":"now","by":"Ada"}""", new RunCommand.Stop("Ada", StopTime.Now) },
        { "checkpoint", null, new RunCommand.Checkpoint("127.0.0.1") },
        { "drain/worker%40a-17-1", null, new RunCommand.Drain("127.0.0.1", "worker@a-17-1") },
        { "learning-rate", """{"learningRate":0.1}""", new RunCommand.SetLearningRate("127.0.0.1", 0.1) },
    };

    public void Dispose() => _http.Dispose();

    [Theory]
    [MemberData(nameof(Requests), DisableDiscoveryEnumeration = true)]
    public async Task A_verb_reaches_the_run_and_its_answer_the_caller(string path, string? body, RunCommand command)
    {
        var answer = await _http.PostAsync($"/api/v1/{path}", body);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(command, Assert.Single(_http.Commands));
        Assert.Equal(JsonSerializer.Serialize(_http.Reply(command), RunJson.Line), await answer.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task What_the_run_refuses_is_a_conflict()
    {
        _http.Reply = command => new(command.Verb, command.By, DateTime.UtcNow, 3, IsDone: false, "pause was not done: the run is paused already.");
        var problem = await TestEndpoint.IsProblemAsync(await _http.PostAsync("/api/v1/pause"), 409, "paused already");
        Assert.Equal(("pause", 3, false), ((string)problem["verb"]!, (int)problem["step"]!, (bool)problem["isDone"]!));
    }

    [Fact]
    public async Task Before_the_run_has_begun_a_verb_is_refused()
    {
        _http.Run.Control.Bind(null, () => []);
        await TestEndpoint.IsProblemAsync(await _http.PostAsync("/api/v1/checkpoint"), 409, "has not begun");
    }

    [Fact]
    public async Task Without_the_token_nothing_is_changed()
    {
        var missing = await _http.SendAsync("/api/v1/pause", null, "", token: null);
        await TestEndpoint.IsProblemAsync(missing, 401, "token", "Authorization: Bearer");
        Assert.Equal("Bearer", missing.Headers.WwwAuthenticate.Single().Scheme);
        await TestEndpoint.IsProblemAsync(await _http.SendAsync("/api/v1/drain/a", null, "", TestEndpoint.Token[1..]), 403, "another");
        await TestEndpoint.IsProblemAsync(await _http.SendAsync("/api/v1/stop", "{", "text/plain", "wrong"), 403, "another");
        Assert.Empty(_http.Commands);
        Assert.Equal([("pause", "127.0.0.1"), ("drain", "127.0.0.1"), ("stop", "127.0.0.1")], _http.Refused);
    }

    [Theory]
    [InlineData("pause", "{", "application/json", 400, "by")]
    [InlineData("pause", """{"bye":"Ada"}""", "application/json", 400, "bye")]
    [InlineData("pause", "[]", "application/json", 400, "object")]
    [InlineData("pause", """{"by":""}""", "application/json", 400, "by has 0 letters")]
    [InlineData("pause", """{"by":"A\u0007"}""", "application/json", 400, "control characters")]
    [InlineData("pause", "by=Ada", "application/x-www-form-urlencoded", 415, "Content-Type: application/json")]
    [InlineData("stop", """{"when":"later"}""", "application/json", 400, "when is 'later'", "now, step or epoch")]
    [InlineData("stop?when=1", null, "", 400, "when is '1'")]
    [InlineData("learning-rate", null, "", 400, "learningRate is missing")]
    [InlineData("learning-rate", """{"learningRate":-0.5}""", "application/json", 400, "learningRate is -0.5")]
    [InlineData("learning-rate", """{"learningRate":"0.1"}""", "application/json", 400, "learningRate")]
    [InlineData("drain", null, "", 404, "drain/NODE")]
    [InlineData("puase", null, "", 404, "pause")]
    public async Task What_makes_no_sense_changes_nothing(string path, string? body, string type, int status, params string[] words)
    {
        await TestEndpoint.IsProblemAsync(await _http.PostAsync($"/api/v1/{path}", body, type), status, words);
        Assert.Empty(_http.Commands);
    }

    [Fact]
    public async Task A_body_of_ten_megabytes_is_not_read()
    {
        var answer = await _http.PostAsync("/api/v1/pause", $$"""{"by":"{{new string('A', 10_000_000)}}"}""");
        await TestEndpoint.IsProblemAsync(answer, 413, "16,384 bytes");
        Assert.Empty(_http.Commands);
    }
}
