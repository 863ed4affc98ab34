using System.Net;
using System.Security.Cryptography.X509Certificates;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>Processes in mutual TLS, with certificates that the program made: the same bits, and nobody else gets in.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly Workspace _work = new();

    public TlsTests()
    {
        TinyDigits.Write(_work);
        _work.Run("certs", "create", "--out", "ours").Ending(0);
        _work.Run("certs", "create", "--out", "ours", "--watcher").Ending(0);
        _work.Run("certs", "create", "--out", "theirs").Ending(0);
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Nodes_of_one_authority_train_are_watched_and_others_do_not_get_in()
    {
        var (port, http) = (FreePorts.Pair(), FreePorts.Pair());
        var train = _work.Start(
            "train", "--data", "tiny", "--epochs", "2", "--workers", "0", "--servers", "2", "--min-servers", "2", "--listen", $"127.0.0.1:{port}",
            "--http", $"127.0.0.1:{http}", "--json", "--out", "run", "--tls", "ours/node");
        await train.SeesAsync("listens on");

        var plain = Node(port, "worker", "--workers", "1");
        await train.SeesAsync("does not speak TLS");
        var strange = Node(port, "worker", "--workers", "1", "--tls", "theirs/node");
        await train.SeesAsync("was signed by");

        _work.Run("health", $"127.0.0.1:{http}", "--live", "--tls", "ours/watcher").Ending(0);
        _work.Run("health", $"127.0.0.1:{http}", "--live", "--tls", "theirs/node").Refusing(3, "was signed by");
        _work.Run("monitor", $"127.0.0.1:{http}", "--json", "--tls", "ours/watcher").Ending(0);
        _work.Run("monitor", $"127.0.0.1:{http}", "--json", "--timeout", "1").Refusing(3, "--tls DIR");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusWithoutCertificate(new Uri($"https://127.0.0.1:{http}/api/v1/job")));
        Assert.Equal(HttpStatusCode.OK, await StatusWithoutCertificate(new Uri($"https://127.0.0.1:{http}/health/live")));

        var server = Node(port, "server", "--tls", "ours/node");
        var worker = Node(port, "worker", "--workers", "1", "--tls", "ours/node");
        var result = train.End().Ending(0).Json;
        worker.End().Ending(0);
        server.End().Ending(0);
        var alone = _work.Run("train", "--data", "tiny", "--epochs", "2", "--json", "--out", "alone").Ending(0).Json;
        Assert.Equal((string?)alone["weightsSha256"], (string?)result["weightsSha256"]);
        Assert.Single(result["contributions"]!.AsArray());
        foreach (var node in (RunningProcess[])[plain, strange])
        {
            node.Signal("TERM");
            Assert.DoesNotContain("joined job", node.End().Ending(0).Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_cannot_be_used_is_refused_before_anything_starts()
    {
        string[] train = ["train", "--data", "tiny", "--listen", "127.0.0.1:0"];
        _work.Run([.. train, "--tls", "nowhere"]).Refusing(1, "nowhere", "certs create");
        _work.Run([.. train, "--tls-any-host"]).Refusing(2, "--tls DIR");
        _work.Run("certs", "create", "--out", "ours", "--name", "elsewhere", "--hosts", "elsewhere.example").Ending(0);
        _work.Run([.. train, "--tls", "ours/elsewhere"]).Refusing(2, "elsewhere.example", "127.0.0.1", "--hosts");
        _work.Run("certs", "create").Refusing(2, "--out");
        _work.Run("certs", "create", "--out", "ours", "--hosts", "a:1").Refusing(2, "--hosts", "without ports");
    }

    private RunningProcess Node(int port, string command, params string[] flags) =>
        _work.Start([command, "--join", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--exit-when-done", .. flags]);

    private async Task<HttpStatusCode> StatusWithoutCertificate(Uri url)
    {
        using var authority = X509CertificateLoader.LoadCertificateFromFile(_work.At("ours/ca.crt"));
        using var handler = new SocketsHttpHandler();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(authority);
        using var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(20) };
        using var answer = await client.GetAsync(url);
        return answer.StatusCode;
    }
}
