using System.Net;
using System.Net.Sockets;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Serve;

/// <summary>The program around the page.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly Workspace _work = new();
    private RunningProcess? _served;

    public ServeCommandTests() => Model.Dense(784, 10).Save(_work.At("model.safetensors"));

    public void Dispose()
    {
        _served?.Abandon();
        _work.Dispose();
    }

    [SkippableFact]
    public async Task It_says_where_it_is_and_ends_at_once_when_interrupted()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends signals");
        _work.Environment["PATH"] = _work.Folder + Path.PathSeparator + Path.GetDirectoryName(Environment.ProcessPath);
        _served = _work.Start("serve", "model.safetensors", "--port", "0", "--open");
        await _served.SeesAsync("Ctrl+C ends");
        await _served.SeesAsync("no browser could be opened");
        _served.Signal("INT");
        var outcome = _served.End().Ending(0);
        Assert.Matches("^http://127\\.0\\.0\\.1:[0-9]+/\n$", outcome.Output);
    }

    [Fact]
    public void A_port_that_is_taken_says_what_to_do()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        other.Listen();
        var port = ((IPEndPoint)other.LocalEndPoint!).Port;
        _work.Run("serve", "model.safetensors", "--port", $"{port}").Refusing(1, $"127.0.0.1:{port}", "in use", "--port");
    }

    [Theory]
    [InlineData("--port is '70000'", "--port", "70000")]
    [InlineData("--listen is 'here:x'", "--listen", "here:x")]
    [InlineData("give one of them", "--listen", "127.0.0.1:0", "--port", "0")]
    public void Flags_are_checked(string words, params string[] flags) => _work.Run(["serve", "model.safetensors", .. flags]).Refusing(2, words);

    [Fact]
    public void A_model_of_something_else_than_pictures_is_refused()
    {
        Model.Create(new ModelSpec(32, [new("dense", 2)]) { InputShape = [16, 2] }).Save(_work.At("bits.safetensors"));
        _work.Run("serve", "bits.safetensors").Refusing(1, "16x2", "no picture", "actornet predict");
        _work.Run("serve", "nothing").Refusing(1, "'nothing' does not exist");
    }

    [SkippableFact]
    public async Task Listening_to_others_is_warned_of()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "sends signals");
        _served = _work.Start("serve", "model.safetensors", "--listen", "0.0.0.0:0");
        await _served.SeesAsync("Ctrl+C ends");
        _served.Signal("TERM");
        Assert.Contains("warning: 0.0.0.0:0 can be reached from other machines", _served.End().Ending(0).Error, StringComparison.Ordinal);
    }
}
