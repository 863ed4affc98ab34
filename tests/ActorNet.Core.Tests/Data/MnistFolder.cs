namespace ActorNet.Core.Tests.Data;

/// <summary>Where real MNIST is on this machine, if it is.</summary>
internal static class MnistFolder
{
    public static string? Find() => Environment.GetEnvironmentVariable("ACTORNET_MNIST") is { Length: > 0 } named ? named : null;
}
