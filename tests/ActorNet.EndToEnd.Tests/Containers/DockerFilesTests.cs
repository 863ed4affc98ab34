using System.Text.Json;
using System.Text.RegularExpressions;
using ActorNet.Cli.Http;
using ActorNet.Cluster.Hosting;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Containers;

/// <summary>What docker/ tells the program is what the program takes. docker/test.sh, run by hand, starts all of it.</summary>
public sealed partial class DockerFilesTests
{
    private static readonly string _docker = Path.Combine(Repository.Root, "docker");

    [Theory]
    [InlineData]
    [InlineData("compose.tls.yaml")]
    public void Services_have_commands_and_variables_that_the_program_knows(params string[] overrides)
    {
        var files = overrides.Prepend("compose.yaml").Select(name => ComposeFile.Read(Path.Combine(_docker, name))).ToList();
        // What a file says of a service is added to what those before it said.
        var services = files.SelectMany(file => file.Services).ToLookup(service => service.Key, service => service.Value);
        var ours = services.Where(service => service.Any(part => part.Image?.Contains("actornet", StringComparison.Ordinal) == true)).ToList();
        Assert.InRange(ours.Count, 3, 10);
        Assert.All(ours, service => KnownSettings.Check(
            service.Key, service.Last(part => part.Command is not null).Command!, service.SelectMany(part => part.Environment.Keys)));
    }

    [Fact]
    public void The_image_has_variables_that_every_long_lived_command_knows_and_a_health_check()
    {
        var image = File.ReadAllText(Path.Combine(_docker, "Dockerfile"));
        var variables = Variable().Matches(image).Select(match => match.Value).Distinct().ToList();
        Assert.Contains("ACTORNET_HTTP", variables);
        Assert.All(["train", "worker", "server", "node"], command => KnownSettings.Check("docker/Dockerfile", [command], variables));
        var check = JsonSerializer.Deserialize<string[]>(HealthCheck().Match(image).Groups["command"].Value)!;
        KnownSettings.Check("docker/Dockerfile", check[1..], []);
    }

    [Fact]
    public void Ports_are_the_programs_own()
    {
        const int listen = HostPort.DefaultPort;
        Assert.Contains($"\nEXPOSE {listen} {listen + 1} {listen + 2} {HttpOptions.DefaultPort}\n", File.ReadAllText(Path.Combine(_docker, "Dockerfile")), StringComparison.Ordinal);
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(_docker, "prometheus"), "prometheus*.yml"),
            file => Assert.Matches($"targets: \\[\"coordinator[a-z.]*:{HttpOptions.DefaultPort}\"\\]", File.ReadAllText(file)));
    }

    [GeneratedRegex("ACTORNET_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex(@"^HEALTHCHECK .*CMD (?<command>\[.*\])$", RegexOptions.Multiline)]
    private static partial Regex HealthCheck();
}
