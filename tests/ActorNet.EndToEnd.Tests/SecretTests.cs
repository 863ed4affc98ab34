using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests;

/// <summary>A coordinator with a secret takes the nodes that have it, and no others.</summary>
public sealed class SecretTests : IDisposable
{
    private readonly Workspace _work = new();

    public SecretTests()
    {
        TinyDigits.Write(_work);
        _work.Write("ours", "the secret of this cluster\n");
        _work.Write("theirs", "the secret of another cluster\n");
        _work.Write("copied", "the secret of this cluster\r\n\n");
        if (!OperatingSystem.IsWindows())
        {
            foreach (var file in (string[])["ours", "theirs", "copied"])
            {
                File.SetUnixFileMode(_work.At(file), UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }
    }

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Nodes_with_the_secret_take_part_and_others_are_refused_by_reason()
    {
        var port = FreePorts.Pair();
        var train = _work.Start(
            "train", "--data", "tiny", "--epochs", "2", "--workers", "0", "--listen", $"127.0.0.1:{port}", "--secret-file", "ours", "--json", "--out", "run");
        await train.SeesAsync("listens on");
        Worker(port, "--secret-file", "theirs").End().Refusing(1, "has another secret than the coordinator", "--secret-file");
        Worker(port).End().Refusing(1, "only nodes that have its secret", "--secret-file");

        // Line ends do not count: the copy was made on another system.
        Worker(port, "--secret-file", "copied").End().Ending(0);
        var alone = _work.Run("train", "--data", "tiny", "--epochs", "2", "--json", "--out", "alone").Ending(0).Json;
        Assert.Equal((string?)alone["weightsSha256"], (string?)train.End().Ending(0).Json["weightsSha256"]);
    }

    [Fact]
    public async Task A_node_with_a_secret_works_for_no_coordinator_without()
    {
        var port = FreePorts.Pair();
        var train = _work.Start("train", "--data", "tiny", "--workers", "0", "--listen", $"127.0.0.1:{port}", "--out", "run");
        await train.SeesAsync("listens on");
        Worker(port, "--secret-file", "ours").End().Refusing(1, "the coordinator asked for none", "--secret-file");
        train.Signal("TERM");
        train.End().Ending(130);
    }

    private RunningProcess Worker(int port, params string[] flags) => _work.Start(
        ["worker", "--join", $"127.0.0.1:{port}", "--listen", "127.0.0.1:0", "--workers", "1", "--exit-when-done", "--quiet", .. flags]);
}
