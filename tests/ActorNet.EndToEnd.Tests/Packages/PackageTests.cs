using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Packages;

/// <summary>Packs the solution, and uses what comes out as its users do: out of a folder of packages, far from the sources.</summary>
[Trait("Category", "Slow")]
public sealed class PackageTests : IDisposable
{
    private static readonly string[] _packages = ["actornet", "ActorNet.Cluster", "ActorNet.Core"];

    private readonly Workspace _work = new() { Patience = TimeSpan.FromMinutes(10) };

    /// <summary>Of its own: NuGet would take a package of the same version out of its cache, from a run before.</summary>
    private readonly string _version = $"0.1.0-test.{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}";

    public PackageTests() => TinyDigits.Write(_work);

    public void Dispose() => _work.Dispose();

    [Fact]
    public async Task Packages_are_complete_and_the_tool_and_the_libraries_work_out_of_a_folder()
    {
        // With outputs of its own: the tests that run beside this one are in the repository's.
        _work.RunOther(
            "dotnet", "pack", Path.Combine(Repository.Root, "ActorNet.sln"), "-c", "Release", "-o", _work.At("packages"), "--artifacts-path", _work.At("artifacts"),
            $"-p:Version={_version}").Ending(0);
        Assert.Equal(
            _packages.SelectMany(name => new[] { $"{name}.{_version}.nupkg", $"{name}.{_version}.snupkg" }).Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(_work.At("packages")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(_packages, IsComplete);

        var tool = InstallTool();
        Assert.Matches($@"^actornet {Regex.Escape(_version)}{Revision()}\n$", _work.RunOther(tool, "--version").Ending(0).Output);
        var trained = _work.RunOther(tool, "train", "--data", "tiny", "--epochs", "3", "--json").Ending(0).Json;

        Build("FiveLines", "ActorNet.Core");
        Assert.Contains("The first test image shows a 0.", _work.RunOther("dotnet", Program("FiveLines")).Ending(0).Output, StringComparison.Ordinal);

        Build("OwnService", "ActorNet.Cluster");
        Assert.Equal((string?)trained["weightsSha256"], await TrainByTwoServicesAsync());
    }

    /// <summary>Two processes of the sample: one that trains, one hosted worker.</summary>
    /// <returns>The SHA-256 of the weights.</returns>
    private async Task<string> TrainByTwoServicesAsync()
    {
        var port = FreePorts.Pair();
        var train = StartService($"Listen=127.0.0.1:{port}", "Workers=0", "MinWorkers=1", "ExitWhenDone=true");
        await train.SeesAsync("listens on");
        var worker = StartService($"Join=127.0.0.1:{port}", "Listen=127.0.0.1:0", "Workers=1", "ExitWhenDone=true");
        worker.End().Ending(0);
        return train.End().Ending(0).Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
    }

    private RunningProcess StartService(params string[] options) =>
        _work.StartOther("dotnet", [Program("OwnService"), "--Data=tiny", .. options.Select(option => $"--ActorNet:{option}")]);

    private void IsComplete(string name)
    {
        using var package = ZipFile.OpenRead(_work.At("packages", $"{name}.{_version}.nupkg"));
        var metadata = XDocument.Parse(Text(package, $"{name}.nuspec")).Root!.Elements().Single();
        string Of(string element) => metadata.Elements().Single(one => one.Name.LocalName == element).Value;
        Assert.Equal("Apache-2.0", Of("license"));
        Assert.Equal("README.md", Of("readme"));
        Assert.NotEmpty(Of("description"));
        Assert.Contains("neural-network", Of("tags"), StringComparison.Ordinal);
        Assert.StartsWith($"# {name}\n", Text(package, "README.md"), StringComparison.Ordinal);
        Assert.Contains("Apache License", Text(package, "LICENSE"), StringComparison.Ordinal);
        // Packages of ours see each other's internals: any other version of the other would fail at run time.
        Assert.All(
            metadata.Descendants().Where(one => one.Name.LocalName == "dependency" && ((string?)one.Attribute("id"))!.StartsWith("ActorNet.", StringComparison.Ordinal)),
            dependency => Assert.Equal($"[{_version}]", (string?)dependency.Attribute("version")));
        // Of native libraries for all the platforms of the product, and no more.
        Assert.InRange(package.Entries.Sum(entry => entry.CompressedLength), 100_000, 80_000_000);

        using var symbols = ZipFile.OpenRead(_work.At("packages", $"{name}.{_version}.snupkg"));
        var own = symbols.Entries.Where(entry => entry.Name.EndsWith(".pdb", StringComparison.Ordinal)).ToList();
        Assert.Contains($"{name}.pdb", own.Select(entry => entry.Name));
        Assert.All(own, entry => Assert.DoesNotContain(Repository.Root, Latin1(entry), StringComparison.Ordinal));
    }

    private string InstallTool()
    {
        _work.RunOther(
            "dotnet", "tool", "install", "actornet", "--tool-path", _work.At("tool"), "--add-source", _work.At("packages"), "--ignore-failed-sources", "--version", _version).Ending(0);
        return _work.At("tool", OperatingSystem.IsWindows() ? "actornet.exe" : "actornet");
    }

    /// <summary>Builds a sample of docs/samples as somebody would who has the packages alone.</summary>
    private void Build(string sample, string package)
    {
        Directory.CreateDirectory(_work.At(sample));
        var source = Path.Combine(Repository.Root, "docs", "samples", sample, "Program.cs");
        File.Copy(source, _work.At(sample, "Program.cs"));
        // What others publish may come from this machine's cache; ours are kept out of it.
        var cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES")
            ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
        File.WriteAllText(
            _work.At(sample, $"{sample}.csproj"),
            $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <NuGetAudit>false</NuGetAudit>
                <RestoreAdditionalProjectSources>{_work.At("packages")}</RestoreAdditionalProjectSources>
                <RestorePackagesPath>{_work.At("cache")}</RestorePackagesPath>
                <RestoreFallbackFolders>{(Directory.Exists(cache) ? cache : "")}</RestoreFallbackFolders>
              </PropertyGroup>
              <ItemGroup>
                <PackageReference Include="{package}" Version="{_version}" />
              </ItemGroup>
            </Project>
            """);
        var built = _work.RunOther("dotnet", "build", _work.At(sample), "-c", "Release", "-o", _work.At(sample, "out")).Ending(0).Output;
        Assert.Contains("0 Warning(s)", built, StringComparison.Ordinal);
    }

    private string Program(string sample) => _work.At(sample, "out", $"{sample}.dll");

    /// <summary>The commit, where the sources are under git.</summary>
    private static string Revision() => Path.Exists(Path.Combine(Repository.Root, ".git")) ? @"\+[0-9a-f]{40}" : "";

    private static string Text(ZipArchive package, string name)
    {
        using var reader = new StreamReader(package.GetEntry(name)!.Open());
        return reader.ReadToEnd();
    }

    private static string Latin1(ZipArchiveEntry entry)
    {
        using var reader = new StreamReader(entry.Open(), Encoding.Latin1);
        return reader.ReadToEnd();
    }
}
