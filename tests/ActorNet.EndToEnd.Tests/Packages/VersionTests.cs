using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Packages;

/// <summary>Where the version comes from: git's tags, a property, or neither.</summary>
public sealed class VersionTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void The_program_says_its_version_and_commit() =>
        Assert.Matches(@"^actornet \d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9a-f]{40})?\n$", _work.Run("--version").Ending(0).Output);

    [SkippableFact]
    [Trait("Category", "Slow")]
    public void A_tag_is_the_version_and_commits_after_it_count()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "asks git by name");
        WriteProject();
        Assert.Equal("0.1.0-dev", Version());
        Assert.Equal("9.8.7", Version("-p:Version=9.8.7"));

        Git("init", "--quiet", "--initial-branch=main");
        Commit();
        Commit();
        Assert.Equal("0.1.0-dev.1", Version());

        Git("tag", "v1.2.3");
        Assert.Equal("1.2.3", Version());

        Commit();
        Commit();
        Assert.Equal("1.2.4-dev.2", Version());
        Assert.Equal("9.8.7", Version("-p:Version=9.8.7"));

        // A clone of the tag alone, as a build service makes it.
        Git("clone", "--quiet", "--depth=1", "--branch=v1.2.3", $"file://{_work.Folder}", "shallow");
        Assert.Equal("1.2.3", Version(folder: "shallow"));
    }

    /// <summary>A package of two lines, with this repository's settings.</summary>
    private void WriteProject()
    {
        foreach (var name in (string[])["Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".gitignore"])
        {
            File.Copy(Path.Combine(Repository.Root, name), _work.At(name));
        }

        _work.Write("One.csproj", """<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><IsPackable>true</IsPackable></PropertyGroup></Project>""");
    }

    private string Version(string? property = null, string folder = ".")
    {
        string[] properties = property is null ? [] : [property];
        return _work.RunOther("dotnet", ["msbuild", _work.At(folder, "One.csproj"), "-restore", "-t:GetAssemblyVersion", "-getProperty:Version", .. properties])
            .Ending(0).Output.Trim();
    }

    private void Commit()
    {
        Git("add", "--all");
        Git("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "commit", "--quiet", "--allow-empty", "--message", "a change");
    }

    private void Git(params string[] arguments) => _work.RunOther("git", arguments).Ending(0);
}
