using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// Runs the program ActorNet.BitProbe, which prints a hash of what each numeric function computes, under every vector width.
/// </summary>
public sealed class VectorWidthTests
{
    private static readonly Lazy<string[]> s_narrowest = new(() => Probe(("DOTNET_PreferredVectorBitWidth", "128")));

    [Theory]
    [InlineData(256)]
    [InlineData(512)]
    public void Bits_are_the_same_at_every_width(int width)
    {
        // The runtime is never asked for more than the machine has: there it would quietly take less.
        if (width == 256 ? !Vector256.IsHardwareAccelerated : !Vector512.IsHardwareAccelerated)
        {
            return;
        }
        var lines = Probe(("DOTNET_PreferredVectorBitWidth", width.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal($"width {width}", lines[0]);
        Assert.Equal("width 128", s_narrowest.Value[0]);
        Assert.Equal(s_narrowest.Value[1..], lines[1..]);
    }

    /// <summary>Without any vector instructions, and without fused multiply-add, the runtime computes each lane by itself.</summary>
    [Fact]
    public void Bits_are_the_same_without_vector_instructions() =>
        Assert.Equal(s_narrowest.Value[1..], Probe(("DOTNET_EnableHWIntrinsic", "0"))[1..]);

    /// <summary>Code that the compiler has not optimised gives the same bits too.</summary>
    [Fact]
    public void Bits_are_the_same_in_unoptimised_code() =>
        Assert.Equal(s_narrowest.Value[1..], Probe(("DOTNET_JITMinOpts", "1"))[1..]);

    private static string[] Probe(params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "ActorNet.BitProbe.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"The probe ended with {process.ExitCode}: {errors.Result}");
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(lines.Length > 1, "The probe printed nothing.");
        return lines;
    }
}
