using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A cluster starts and trains with each file of cluster-config/, with the same bits as ever.</summary>
public sealed class ClusterConfigTests : IDisposable
{
    private readonly Workspace _work = new();

    public ClusterConfigTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public void Every_file_is_tested_here() => Assert.Equal(
        ["coordinator.conf", "one-machine.conf", "server.conf", "tls.conf", "worker.conf"],
        Directory.EnumerateFiles(Path.Combine(Repository.Root, "cluster-config")).Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Fact]
    public void Coordinator_server_and_worker_train_with_their_files()
    {
        var (train, nodes) = Train("coordinator.conf", ("server", "server.conf"), ("worker", "worker.conf"));
        Assert.All(nodes, node => Assert.Equal("", node.Error));
        Assert.DoesNotContain("warn", train.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Processes_of_one_machine_train_with_their_file_and_say_who_joins()
    {
        var (train, _) = Train("one-machine.conf", ("worker", "one-machine.conf"));
        Assert.Contains("[INFO]", train.Error, StringComparison.Ordinal);
        Assert.Contains("is JOINING", train.Error, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task Nodes_with_certificates_of_one_authority_train_and_others_do_not_get_in()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "trusts its own authority by SSL_CERT_FILE");
        WriteCertificates();
        _work.Environment["SSL_CERT_FILE"] = _work.At("ca.pem");
        var port = FreePorts.Pair();
        var train = StartTraining(port, "tls.conf");
        await train.SeesAsync("listens on");

        // Without TLS, and with a certificate that another authority signed.
        var plain = StartNode(port, "worker", "worker.conf");
        _work.Write("strange.conf", File.ReadAllText(Config("tls.conf")).Replace("node.pfx", "strange.pfx", StringComparison.Ordinal));
        var strange = _work.Start(
            "worker", "--join", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--workers", "1", "--exit-when-done", "--config", _work.At("strange.conf"));
        await plain.SeesAsync("waits for a coordinator");
        await strange.SeesAsync("waits for a coordinator");

        var ours = StartNode(port, "worker", "tls.conf");
        ours.End().Ending(0);
        var result = train.End().Ending(0).Json;
        Assert.Equal(Alone(), (string?)result["weightsSha256"]);
        Assert.Single(result["contributions"]!.AsArray());
        foreach (var node in (RunningProcess[])[plain, strange])
        {
            node.Signal("TERM");
            Assert.DoesNotContain("joined job", node.End().Ending(0).Output, StringComparison.Ordinal);
        }
    }

    private (Outcome Train, IReadOnlyList<Outcome> Nodes) Train(string config, params (string Command, string Config)[] nodes)
    {
        var port = FreePorts.Pair();
        var started = nodes.Select(node => StartNode(port, node.Command, node.Config)).ToArray();
        var train = StartTraining(port, config, "--min-servers", $"{1 + nodes.Count(node => node.Command == "server")}").End().Ending(0);
        Assert.Equal(Alone(), (string?)train.Json["weightsSha256"]);
        return (train, [.. started.Select(node => node.End().Ending(0))]);
    }

    private string? Alone() => (string?)_work.Run("train", "--data", "tiny", "--epochs", "2", "--json", "--out", "alone").Ending(0).Json["weightsSha256"];

    private RunningProcess StartTraining(int port, string config, params string[] flags) => _work.Start(
        ["train", "--data", "tiny", "--epochs", "2", "--workers", "0", "--servers", "2", "--listen", $"127.0.0.1:{port}", "--json", "--out", "run",
            "--config", Config(config), .. flags]);

    private RunningProcess StartNode(int port, string command, string config)
    {
        string[] workers = command == "worker" ? ["--workers", "1"] : [];
        return _work.Start(
            [command, "--join", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--exit-when-done", "--config", Config(config), .. workers]);
    }

    private static string Config(string name) => Path.Combine(Repository.Root, "cluster-config", name);

    /// <summary>What the comments of tls.conf make with openssl: an authority, and a certificate of it for all nodes; and one of another authority.</summary>
    private void WriteCertificates()
    {
        using var ours = Authority("CN=ours");
        File.WriteAllText(_work.At("ca.pem"), ours.ExportCertificatePem());
        WriteSigned(ours, "node.pfx");
        using var theirs = Authority("CN=theirs");
        WriteSigned(theirs, "strange.pfx");
    }

    private static X509Certificate2 Authority(string name)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, false, 0, critical: true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
    }

    private void WriteSigned(X509Certificate2 authority, string file)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=actornet", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var serial = RandomNumberGenerator.GetBytes(8);
        using var signed = request.Create(authority, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1), serial);
        using var whole = signed.CopyWithPrivateKey(key);
        File.WriteAllBytes(_work.At(file), whole.Export(X509ContentType.Pkcs12));
    }
}
