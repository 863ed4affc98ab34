using System.Net;
using System.Net.Sockets;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>What is wrong with how a node is to be found or to find others is said in one line, before anything is started or written.</summary>
public sealed class ClusterUsageTests : IDisposable
{
    private const string Secret = "a secret of more than sixteen bytes";
    private readonly Workspace _work = new();

    public ClusterUsageTests() => TinyDigits.Write(_work, training: 50, test: 20);

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData("--min-workers 2", "--min-workers is for a cluster", "--listen")]
    [InlineData("--min-servers 2", "--min-servers is for a cluster", "--listen")]
    [InlineData("--replicas 1", "--replicas is for a cluster", "--listen")]
    [InlineData("--replicas 2 --listen 127.0.0.1:0", "--replicas is '2'", "0 or 1")]
    [InlineData("--public-host here", "--public-host is for a cluster", "--listen")]
    [InlineData("--link-port 5000", "--link-port is for a cluster", "--listen")]
    [InlineData("--secret-file secret", "--secret-file is for a cluster", "--listen")]
    [InlineData("--config own.conf", "--config is for a cluster", "--listen")]
    [InlineData("--workers 0", "--workers is '0'", "1 or more", "--listen")]
    [InlineData("--listen 127.0.0.1:x", "--listen is '127.0.0.1:x'", "host:port")]
    [InlineData("--listen 127.0.0.1:0 --min-workers 0", "--min-workers is '0'", "1 or more")]
    [InlineData("--listen 127.0.0.1:0 --public-host here:4053", "--public-host is 'here:4053'", "without a port")]
    [InlineData("--listen 127.0.0.1:0 --public-host 0.0.0.0", "--public-host is '0.0.0.0'", "other nodes")]
    [InlineData("--listen 127.0.0.1:4053 --link-port 4053", "4053", "cluster messages")]
    [InlineData("--listen 127.0.0.1:65535", "65536", "tensor link")]
    public void Flags_of_a_training_are_checked(string flags, params string[] words)
    {
        _work.Run(["train", "--data", "tiny", .. flags.Split(' ')]).Refusing(2, words);
        Assert.False(Directory.Exists(_work.At("runs")));
    }

    [Theory]
    [InlineData("worker", "--join is missing", "host:port")]
    [InlineData("server", "--join is missing", "host:port")]
    [InlineData("worker --join :4053", "--join is ':4053'", "host:port")]
    [InlineData("worker --join a,,b", "--join is ''", "host:port")]
    [InlineData("worker --join a:b", "--join is 'a:b'", "host:port")]
    [InlineData("worker --join a:70000", "--join is 'a:70000'", "65535")]
    [InlineData("worker --join ::1", "--join is '::1'", "[fd00::5]:4053")]
    [InlineData("worker --join http://a:4053", "--join is 'http://a:4053'", "host:port")]
    [InlineData("worker --join a:0", "port 0 cannot be joined")]
    [InlineData("worker --join a --workers 0", "--workers is '0'", "1 or more")]
    [InlineData("node --join a --roles boss", "--roles is 'boss'", "worker, server, coordinator")]
    [InlineData("node --join a --roles coordinator", "--run is missing")]
    [InlineData("node --join a --run x", "--run is for the coordinator role", "--roles")]
    public void Flags_of_a_node_are_checked(string command, params string[] words) => _work.Run(command.Split(' ')).Refusing(2, words);

    [Fact]
    public void A_variable_is_named_as_the_source()
    {
        _work.Environment["ACTORNET_MIN_WORKERS"] = "2";
        _work.Run("train", "--data", "tiny").Refusing(2, "ACTORNET_MIN_WORKERS is for a cluster");
    }

    [Theory]
    [InlineData(0, "cluster messages", "--listen")]
    [InlineData(1, "the tensor link", "--link-port")]
    public void A_port_in_use_is_named(int offset, params string[] words)
    {
        var port = FreePorts.Pair();
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, port + offset));
        other.Listen();
        string[] said = [$"127.0.0.1:{port + offset}", "in use", .. words];
        _work.Run("train", "--data", "tiny", "--listen", $"127.0.0.1:{port}").Refusing(1, said);
        _work.Run("worker", "--join", "127.0.0.1:1", "--listen", $"127.0.0.1:{port}").Refusing(1, said);
        Assert.False(Directory.Exists(_work.At("runs")));
    }

    [Fact]
    public void A_host_to_listen_on_must_be_this_machine()
    {
        _work.Run("train", "--data", "tiny", "--listen", "nowhere.invalid:4053").Refusing(3, "nowhere.invalid", "does not resolve", "0.0.0.0");
        _work.Run("train", "--data", "tiny", "--listen", "192.0.2.1:4053").Refusing(1, "192.0.2.1:4053", "not this machine's", "--public-host");
    }

    /// <summary>A container's name is not known before it runs: a node may be started first, so a name that does not resolve is no error.</summary>
    [Fact]
    public async Task A_coordinator_whose_name_does_not_resolve_is_waited_for()
    {
        var worker = _work.Start("worker", "--join", "nowhere.invalid:4053", "--listen", "127.0.0.1:0", "--workers", "1");
        await worker.SeesAsync("warning: nowhere.invalid:4053 of --join cannot be found");
        await worker.SeesAsync("waits for a coordinator at nowhere.invalid:4053");
        worker.Signal("TERM");
        worker.End().Ending(0);
    }

    [Fact]
    public void A_secret_that_will_not_do_is_refused()
    {
        string[] train = ["train", "--data", "tiny", "--listen", "127.0.0.1:0", "--secret-file"];
        _work.Run([.. train, "nowhere"]).Refusing(1, "--secret-file nowhere", "no such file", "openssl rand");
        _work.Run([.. train, "tiny"]).Refusing(1, "--secret-file tiny", "it is a folder");
        Hide(_work.Write("empty", "\n"));
        _work.Run([.. train, "empty"]).Refusing(2, "--secret-file empty", "is empty", "openssl rand");
        Hide(_work.Write("short", "fifteen bytes !\n"));
        _work.Run([.. train, "short"]).Refusing(2, "--secret-file short", "15 bytes", "16");
    }

    [SkippableFact]
    public void A_secret_that_others_can_read_is_said()
    {
        Skip.If(OperatingSystem.IsWindows(), "needs file modes");
        _work.Write("secret", Secret);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_work.At("secret"), (UnixFileMode)0b110_100_100);
        }

        string[] train = ["train", "--data", "tiny", "--print-job", "--listen", "127.0.0.1:0", "--secret-file", "secret"];
        Assert.Contains("warning: --secret-file secret can be read by every user", _work.Run(train).Ending(0).Error, StringComparison.Ordinal);
        Hide("secret");
        Assert.Equal("", _work.Run(train).Ending(0).Error);
    }

    [Theory]
    [InlineData("akka.remote.dot-netty.tcp.port = 4053", "akka.remote.dot-netty.tcp.port", "--listen")]
    [InlineData("akka { cluster { roles = [coordinator] } }", "akka.cluster.roles")]
    [InlineData("akka.cluster.seed-nodes = []", "akka.cluster.seed-nodes", "--join")]
    [InlineData("akka.cluster.split-brain-resolver.stable-after = 1s", "akka.cluster.split-brain-resolver", "every node")]
    [InlineData("akka.actor.serialization-settings.allow-unregistered-types = true", "allow-unregistered-types", "fixed")]
    [InlineData("actornet.compute-0.throughput = 1", "actornet")]
    [InlineData("akka.loglevel = LOUD", "akka.loglevel", "'LOUD'", "WARNING")]
    [InlineData("akka.remote.dot-netty.tcp { enable-ssl = on }", "enable-ssl", "--tls DIR")]
    [InlineData("akka.remote.dot-netty.tcp { ssl.suppress-validation = on }", "dot-netty.tcp.ssl", "--tls DIR")]
    [InlineData("akka.loglevel = ${gone}", "cannot be read as HOCON", "gone")]
    [InlineData("akka.x = [1, ${?gone}]", "cannot be read as HOCON", "within 3 s", "${?NAME}")]
    [InlineData("akka = []", "akka", "{ … }")]
    [InlineData("# ours\nakka {\n  loglevel = INFO\n", "line 2", "{ is never closed")]
    [InlineData("akka.loglevel = INFO }", "line 1", "} closes nothing")]
    [InlineData("remote.retry-gate-closed-for = 1s", "'remote'", "under akka")]
    [InlineData("akka.stdout-loglevel = INFO", "akka.stdout-loglevel", "akka.loglevel")]
    public void A_configuration_is_checked(string hocon, params string[] words)
    {
        _work.Write("own.conf", hocon);
        _work.Run("train", "--data", "tiny", "--listen", "127.0.0.1:0", "--config", "own.conf").Refusing(2, ["--config own.conf", .. words]);
    }

    [Fact]
    public void A_configuration_that_is_not_there_is_named() =>
        _work.Run("worker", "--join", "a", "--config", "nowhere.conf").Refusing(1, "--config nowhere.conf", "cannot be read");

    private void Hide(string file)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_work.At(file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
