using System.Reflection;
using System.Runtime.CompilerServices;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;

namespace ActorNet.Cluster.Tests;

/// <summary>
/// The public surface of the two libraries is small on purpose: a change of it is a change of PublicApi.*.txt too, for a reader to see.
/// Run with ACTORNET_ACCEPT_API=1 to rewrite these.
/// </summary>
public sealed class PublicApiTests
{
    [Fact]
    public void Core_is_as_approved() => Compare(typeof(ActorNetException).Assembly, "Core");

    [Fact]
    public void Cluster_is_as_approved() => Compare(typeof(ClusterTrainer).Assembly, "Cluster");

    private static void Compare(Assembly assembly, string name)
    {
        var path = Path.Combine(SourceFolder(), $"PublicApi.{name}.txt");
        var actual = PublicApi.Describe(assembly);
        if (Environment.GetEnvironmentVariable("ACTORNET_ACCEPT_API") == "1")
        {
            File.WriteAllText(path, actual);
        }

        var approved = File.Exists(path) ? File.ReadAllText(path) : "";
        Assert.True(
            actual == approved,
            $"""
            The public surface of ActorNet.{name} is not the one in {Path.GetFileName(path)}. If it is meant to change, run
                ACTORNET_ACCEPT_API=1 dotnet test tests/ActorNet.Cluster.Tests --filter PublicApi
            and commit the file; else make internal what is new.
            {string.Join("\n", Lines(approved).Except(Lines(actual)).Select(line => $"- {line}"))}
            {string.Join("\n", Lines(actual).Except(Lines(approved)).Select(line => $"+ {line}"))}
            """);
    }

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string SourceFolder([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;
}
