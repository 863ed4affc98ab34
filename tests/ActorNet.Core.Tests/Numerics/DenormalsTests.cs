using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ActorNet.Core.Numerics;
using ActorNet.Core.Tests.Training;
using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>A thread that takes denormal numbers for zero is refused, not trained on.</summary>
public sealed partial class DenormalsTests
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_usual_thread_keeps_them() => Denormals.Require();

    /// <summary>The processor's two ways: results that become zero, and operands that are taken for it.</summary>
    [SkippableTheory]
    [InlineData(1 << 15)]
    [InlineData(1 << 6)]
    public void Training_is_refused_where_they_are_lost(int mode)
    {
        Skip.IfNot(
            OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64, "knows how to lose them on Linux on x64 alone");
        var setup = new TrainingSetup(TrainingData.Job(), TrainingData.Clouds(53));
        var weights = new float[setup.Network.Layout.Length];
        var worker = new GradientCalculator(setup);
        worker.SetLease([setup.Tree.Root]);
        var partition = setup.CreatePartition(PartitionPlan.Cut(weights.Length, 1)[0]);
        var gradient = Complete(setup, worker.Compute(0, weights)[0]);

        Exception?[] refusals = [];
        // The mode is the thread's own, and ends with it.
        var thread = new Thread(() =>
        {
            Set(mode);
            refusals = [Record.Exception(() => { worker.Compute(0, weights); }), Record.Exception(() => partition.Apply(gradient, 1, 1, weights, weights))];
        });
        thread.Start();
        Assert.True(thread.Join(_deadline), "the step did not end");
        Assert.Equal(2, refusals.Length);
        Assert.All(refusals, refusal => Assert.Contains("1.2e-38", Assert.IsType<ActorNetException>(refusal).Message, StringComparison.Ordinal));
        partition.Apply(gradient, 1, 1, weights, weights);
    }

    private static GradientAccumulator Complete(TrainingSetup setup, GradientPart part)
    {
        var gradient = new GradientAccumulator(setup.Tree, part.Gradient.Length);
        gradient.Begin(0, [.. part.Slices.Select(slice => slice.Count)]);
        Assert.Equal(AddOutcome.Completed, gradient.Add(part, part.Gradient));
        return gradient;
    }

    private static void Set(int mode)
    {
        Assert.Equal(0, GetEnvironment(out var environment));
        environment[7] |= mode;
        Assert.Equal(0, SetEnvironment(in environment));
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int GetEnvironment(out FloatingPointEnvironment environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(in FloatingPointEnvironment environment);

    /// <summary>glibc's fenv_t on x64: seven words of the old unit, then the control word of the vector unit.</summary>
    [InlineArray(8)]
    private struct FloatingPointEnvironment
    {
        private int _first;
    }
}
