namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>784-100-10 on MNIST, three epochs, and the bits that one process makes of it.</summary>
public sealed class MnistJob : IDisposable
{
    private readonly Workspace _work = new();

    /// <summary>Trains it in one process, if the data is there.</summary>
    public MnistJob()
    {
        if (Folder is not null)
        {
            Sha = (string)_work.Run(["train", .. Flags, "--json", "--out", "alone"]).Ending(0).Json["weightsSha256"]!;
        }
    }

    /// <summary>The folder of MNIST's files; null where there is none.</summary>
    internal static string? Folder => Environment.GetEnvironmentVariable("ACTORNET_MNIST") is { Length: > 0 } folder ? folder : null;

    /// <summary>The flags of train that name it.</summary>
    internal string[] Flags { get; } = ["--data", Folder ?? "", "--hidden", "100", "--epochs", "3", "--slices", "8"];

    /// <summary>SHA-256 of the weights at its end.</summary>
    internal string? Sha { get; }

    /// <inheritdoc/>
    public void Dispose() => _work.Dispose();
}
