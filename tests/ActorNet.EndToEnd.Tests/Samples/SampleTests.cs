using ActorNet.Core.Training;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Samples;

/// <summary>Runs the samples of docs/samples as a reader would, and holds docs/library.md to their sources.</summary>
public sealed class SampleTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void FiveLines_trains_predicts_and_saves()
    {
        var lines = Run("FiveLines");
        Assert.Equal(4, lines.Length);
        Assert.Equal("The first test image shows a 0.", lines[^1]);
        var model = Model.Load(_work.At("digits.safetensors"));
        Assert.Equal("784-30-10", model.Spec.Shape);
        Assert.Equal(3, model.Job!.Epochs);
    }

    [Fact]
    public void CheeseFestival_decides_and_learns_to_decide()
    {
        var lines = Run("CheeseFestival");
        Assert.Equal(9, lines.Length);
        Assert.Equal("weather 0, friend 1, train 1: stay at home", lines[3]);
        Assert.Equal("weather 1, friend 0, train 0: go", lines[4]);
        Assert.StartsWith("learned: True, ", lines[8], StringComparison.Ordinal);
    }

    [Fact]
    public void OwnParts_take_part_in_the_distributed_run_with_the_same_bits()
    {
        var lines = Run("OwnParts");
        Assert.Equal(8, lines.Length);
        Assert.Equal("epoch 5: 94.9 %", lines[4]);
        Assert.Equal("worker 0: 10000 samples", lines[5]);
        Assert.Equal("worker 1: 10000 samples", lines[6]);
        Assert.Equal("same bits without actors: True", lines[7]);
    }

    /// <summary>What the README prints of its first command is what it prints: the bits are the same on every machine.</summary>
    [Fact]
    public void The_README_shows_what_the_first_command_prints()
    {
        using var work = new Workspace();
        var shown = File.ReadAllText(Path.Combine(Repository.Root, "README.md"));
        var trained = work.Run("train", "--json").Ending(0);
        Assert.Contains($"SHA-256    {trained.Json["weightsSha256"]}\n", shown, StringComparison.Ordinal);
        var last = trained.Error.Split('\n').Single(line => line.StartsWith("   30 ", StringComparison.Ordinal));
        Assert.Contains(last[..last.LastIndexOf('%')], shown, StringComparison.Ordinal);
    }

    /// <summary>Every block of C# in docs/library.md that names a file of docs/samples is that file, and every file is there.</summary>
    [Fact]
    public void The_page_shows_the_sources()
    {
        var docs = Path.Combine(Repository.Root, "docs");
        var shown = Blocks(File.ReadAllText(Path.Combine(docs, "library.md"))).ToDictionary();
        var files = Directory.EnumerateFiles(Path.Combine(docs, "samples"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(docs, file).Replace('\\', '/'))
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(files.Order(StringComparer.Ordinal), shown.Keys.Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(File.ReadAllText(Path.Combine(docs, file)), shown[file]));
    }

    /// <summary>The blocks whose line above is a link to a sample: «[samples/FiveLines/Program.cs](…):».</summary>
    private static IEnumerable<(string File, string Text)> Blocks(string page)
    {
        var lines = page.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i] != "```csharp" || !lines[i - 2].StartsWith("[samples/", StringComparison.Ordinal))
            {
                continue;
            }

            var end = Array.IndexOf(lines, "```", i);
            yield return (lines[i - 2][1..lines[i - 2].IndexOf(']')], string.Concat(lines[(i + 1)..end].Select(line => line + "\n")));
        }
    }

    private string[] Run(string sample) => _work.RunOther("dotnet", Repository.Sample(sample)).Ending(0)
        .Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
