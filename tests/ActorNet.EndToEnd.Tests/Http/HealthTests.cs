using System.Net;
using System.Net.Sockets;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Http;

/// <summary>actornet health, as a container's health check uses it.</summary>
public sealed class HealthTests : IDisposable
{
    private readonly TestEndpoint _http = new();
    private readonly Workspace _work = new();

    public void Dispose()
    {
        _work.Dispose();
        _http.Dispose();
    }

    [Fact]
    public void The_exit_code_says_how_a_process_is()
    {
        _http.Run.Control.Node.Note("it looks for a coordinator");
        _work.Run("health", $"{_http.Url}").Refusing(1, "Not ready: it looks for a coordinator");
        Assert.Equal("live\n", _work.Run("health", _http.Url.Authority, "--live").Ending(0).Output);
        _http.Run.Control.Node.Note(null);
        Assert.Equal("ready\n", _work.Run("health", _http.Url.Authority).Ending(0).Output);
        _work.Run("health", "ftp://here").Refusing(2, "'ftp://here'", "http://127.0.0.1:4080");
    }

    [Fact]
    public void Without_a_url_it_asks_this_machines_usual_port()
    {
        var asked = _work.Run("health", "--live");
        // Somebody may have a run there just now.
        Assert.True(asked.Output == "live\n" || asked.Error.Contains("http://127.0.0.1:4080/health/live", StringComparison.Ordinal), asked.Error);
    }

    [Fact]
    public void A_process_that_does_not_answer_is_unreachable()
    {
        using var silent = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _work.Run("health", $"{silent.LocalEndPoint}").Refusing(3, "does not answer", "--http");
        silent.Listen();
        _work.Run("health", $"{silent.LocalEndPoint}", "--timeout", "0.2").Refusing(3, "within 0.2 s");
    }
}
