namespace ActorNet.Cluster.Tests.Support;

/// <summary>A folder of its own for one test, removed with everything in it.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("actornet-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
