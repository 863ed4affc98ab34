using System.Diagnostics;
using System.Globalization;
using System.Runtime.Intrinsics;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>
/// Runs the program ActorNet.BitProbe, which prints a hash of what each numeric function computes, under every vector width.
/// </summary>
public sealed class VectorWidthTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(5);

    private static readonly Lazy<string[]> _narrowest = new(() => Probe(("DOTNET_PreferredVectorBitWidth", "128")));

    [SkippableTheory]
    [InlineData(256)]
    [InlineData(512)]
    public void Bits_are_the_same_at_every_width(int width)
    {
        // The runtime is never asked for more than the machine has: there it would quietly take less.
        Skip.IfNot(width == 256 ? Vector256.IsHardwareAccelerated : Vector512.IsHardwareAccelerated, $"this processor has no vectors of {width} bits");
        var lines = Probe(("DOTNET_PreferredVectorBitWidth", width.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal($"width {width}", lines[0]);
        Assert.Equal("width 128", _narrowest.Value[0]);
        Assert.Equal(_narrowest.Value[1..], lines[1..]);
    }

    /// <summary>Without any vector instructions, and without fused multiply-add, the runtime computes each lane by itself.</summary>
    [Fact]
    public void Bits_are_the_same_without_vector_instructions() =>
        Assert.Equal(_narrowest.Value[1..], Probe(("DOTNET_EnableHWIntrinsic", "0"))[1..]);

    /// <summary>Code that the compiler has not optimised gives the same bits too.</summary>
    [Fact]
    public void Bits_are_the_same_in_unoptimised_code() =>
        Assert.Equal(_narrowest.Value[1..], Probe(("DOTNET_JITMinOpts", "1"))[1..]);

    /// <summary>What was trained yesterday, or on another kind of processor, must come out the same today.</summary>
    [Fact]
    public void Bits_are_those_of_earlier_versions_and_other_machines() => Assert.Empty(Pinned.Split('\n').Except(_narrowest.Value));

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
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_deadline))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The probe with {string.Join(", ", environment)} did not end within {_deadline.TotalMinutes} minutes.");
        }

        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"The probe ended with {process.ExitCode}: {errors.Result}");
        var lines = output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.True(lines.Length > 1, "The probe printed nothing.");
        return lines;
    }

    private const string Pinned =
        """
        normal c9c1ccb31d0fa747b22b324cacb29f244564f853c42c933299fdcd352f44c718
        exp ec4757af473bfe41a7d50a69096355a66154f8d77cf60059ee2abdcfe430a888
        log 749efb0c16c2dd695009edbd55c547b3b52f600d46ed1eec8249e0f99fdc7f2f
        sigmoid 5ff8ca789b85f2b20c5f1e1930f0fef8d602d8c008acc858e04f0c82252f72ed
        tanh 901028fff96bf5ca74b4c1fd9a83e9002cee4066922d51b96ad3d7bc37d1fd41
        softmax-10 4876c205cf344ea07d6b299c72c64423ae5605ea95f85329d5ed83d80b538ec9
        softmax-71 be247661c1c3f051c1f92d81dd8358f9f4831124caf973d828bda1e71fb030bd
        vector-ops b7f329e183da2809da94153da597c629de7749f95812c2f25cf3790fa6569356
        backward-sigmoid 194cdb5f41b8d33e4ccadd9c4d10b131d9e0a68b6f7748e411d6ccb5741bb16c
        quadratic-sigmoid cf2aac395c3acac94d5557dc60aa948e09e974f44ca52e2c282118fe496773af
        backward-tanh 0e4dada963c0a1e2d23dc17c34b3831c43c55b20096248fa83e2d39e3370c9e4
        quadratic-tanh 5aaccb9751791f7d241bc7c511e0f7e416d5503e50eb334108dfdcfcbedd55bf
        backward-relu 955f8b62209ac755e81ae28a256190689ec7c0b159d22404114392c3b796bcd6
        quadratic-relu c4a0934de1e8768d2bb008d8d6aa3204b0fb49a414376479f217421241da8377
        backward-softmax b6c1209a3f0bef909d8b06614d17e88a3a2afffd33d373b229ec71909f6f8c28
        quadratic-softmax 228336c33679d45eb4f8fede0191445d75e5c0cded404e0332384f6600468649
        cross-entropy-sigmoid dc6c086d03997e4bbb7b79c82158bc46d5514ac0585d2fd37824a29d987b003d
        cross-entropy-softmax d144da0fff3c4b132d7b433211386cf516d63aa77d5290deb800384a0d12e045
        initial-normal 01a5f6ac7b8a07dca6fb44c91f730a4cab00371761e2199e7bd02dc6ccc6e9ec
        initial-normal-scaled f6eb2eb234296149cbc364405c9bc67245bf15e66840c8f7b3719d0cc685780c
        initial-glorot 36416e6782098e55112d0743ea15a1c2f0b3d97952e0cf3e77f089c5b76b296f
        initial-he 2545fa63cc6db92061772b2a496ed88b63c173cedba237f12dab726774c4f2c2
        training-book e1440d8366fee7c876261ef10abc8a476849cc23792b07c199f2c8ee2b0a77fb 3fea15bb12a59669 3fe48f9a4a6a925f
        training-relu-softmax a88e9f8c09a8e7a7e5f107103b2b27af70ee849965c80d689034a5bbc69f72d3 4001df013070a3d7 3fd000a3d5066666
        training-tanh 7de1d0b3d50f9cb9e140b14082e345d97ea6fa9f65aebca8ed117d8da9c8aa31 400e406829770a3d 400cd6689a7feb85
        """;
}
