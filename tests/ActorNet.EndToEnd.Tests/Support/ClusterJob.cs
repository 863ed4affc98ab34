namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>A small job that all tests of clusters share, and the bits that one process makes of it.</summary>
public sealed class ClusterJob : IDisposable
{
    private readonly Workspace _work = new();

    /// <summary>Trains it in one process.</summary>
    public ClusterJob()
    {
        TinyDigits.Write(_work, "data", training: 4000);
        TinyDigits.Write(_work, "other", training: 3000);
        Sha = (string)_work.Run(["train", .. Flags, "--json", "--out", "alone"]).Ending(0).Json["weightsSha256"]!;
    }

    /// <summary>The flags of train that name it.</summary>
    internal string[] Flags => FlagsOf(epochs: 60);

    /// <summary>The flags of train that name a shorter or longer one.</summary>
    internal string[] FlagsOf(int epochs) => ["--data", _work.At("data"), "--epochs", $"{epochs}", "--batch-size", "40", "--optimizer", "momentum", "--seed", "7", "--slices", "8"];

    /// <summary>Data of another content.</summary>
    internal string OtherData => _work.At("other");

    /// <summary>SHA-256 of the weights at its end.</summary>
    internal string Sha { get; }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();
}
