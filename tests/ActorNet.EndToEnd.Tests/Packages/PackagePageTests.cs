using System.Text.RegularExpressions;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Packages;

/// <summary>The README of each package, as a gallery of packages shows it: alone.</summary>
public sealed partial class PackagePageTests
{
    [Theory]
    [InlineData("ActorNet.Core")]
    [InlineData("ActorNet.Cluster")]
    [InlineData("ActorNet.Cli")]
    public void No_link_needs_a_file_beside_it(string project) => Assert.DoesNotMatch(RelativeLink(), Page(project));

    [Fact]
    public void The_core_page_shows_the_first_sample()
    {
        var sample = File.ReadAllText(Path.Combine(Repository.Root, "docs", "samples", "FiveLines", "Program.cs"));
        Assert.Contains($"```csharp\n{sample}```\n", Page("ActorNet.Core"), StringComparison.Ordinal);
    }

    private static string Page(string project) => File.ReadAllText(Path.Combine(Repository.Root, "src", project, "README.md"));

    [GeneratedRegex(@"\]\((?!https://)")]
    private static partial Regex RelativeLink();
}
