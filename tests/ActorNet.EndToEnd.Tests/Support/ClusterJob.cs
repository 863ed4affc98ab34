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
        Sha = Train(Flags, "alone");
        ShortSha = Train(ShortFlags, "alone-short");
    }

    /// <summary>The flags of train that name it.</summary>
    internal string[] Flags => FlagsOf(epochs: 60);

    /// <summary>The flags of train that name one of a third as many epochs.</summary>
    internal string[] ShortFlags => FlagsOf(epochs: 20);

    /// <summary>The flags of train that name a shorter or longer one.</summary>
    internal string[] FlagsOf(int epochs) => ["--data", _work.At("data"), "--epochs", $"{epochs}", "--batch-size", "40", "--optimizer", "momentum", "--seed", "7", "--slices", "8"];

    /// <summary>Data of another content.</summary>
    internal string OtherData => _work.At("other");

    /// <summary>SHA-256 of the weights at its end.</summary>
    internal string Sha { get; }

    /// <summary>SHA-256 of the weights at the short one's end.</summary>
    internal string ShortSha { get; }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();

    private string Train(string[] flags, string folder) => (string)_work.Run(["train", .. flags, "--json", "--out", folder]).Ending(0).Json["weightsSha256"]!;
}
