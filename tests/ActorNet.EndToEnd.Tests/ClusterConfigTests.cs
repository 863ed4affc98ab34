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
        ["coordinator.conf", "one-machine.conf", "server.conf", "worker.conf"],
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
}
