using System.Globalization;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;
using ActorNet.Core;
using ActorNet.Core.Models;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Simulate;

/// <summary>A network whose training is simulated.</summary>
/// <param name="Name">As it was asked for.</param>
/// <param name="Spec">The network.</param>
/// <param name="SamplesPerSlice">Samples of a slice in a step, where nothing else is said.</param>
internal sealed record SimulatedModel(string Name, ModelSpec Spec, int SamplesPerSlice)
{
    private const int UsualSlices = 8;

    /// <summary>The networks that ActorNet's speed is measured by, with their batches.</summary>
    private static readonly (string Name, int[] Sizes, int Batch)[] _workloads =
    [
        ("W1", [784, 30, 10], 10), ("W2", [784, 100, 10], 32), ("W3", [784, 512, 512, 10], 128), ("W4", [784, 2048, 2048, 10], 256),
    ];

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. _workloads.Select(one => one.Name), .. Presets.Names];

    /// <summary>Reads a name, or sizes as in 784-100-10.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static SimulatedModel Read(Said said)
    {
        if (Array.Find(_workloads, one => one.Name.Equals(said.Text, StringComparison.OrdinalIgnoreCase)) is { Name: { } name } workload)
        {
            return new SimulatedModel(name, ModelSpec.Dense(workload.Sizes), Samples(workload.Batch));
        }

        if (KnownJobs.All.FirstOrDefault(known => known.Name == said.Text) is { Job: var job })
        {
            return new SimulatedModel(said.Text, job.Model, Samples(job.BatchSize));
        }

        var sizes = said.Text.Split('-').Select(size => int.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return sizes.Length >= 2 && sizes.All(size => size > 0)
            ? new SimulatedModel(said.Text, ModelSpec.Dense(sizes), Samples(batch: 256))
            : throw new UsageException($"{said.Source}: {NameSuggestion.Message("model", said.Text, Names)} Or sizes, as in 784-2048-2048-10.");
    }

    private static int Samples(int batch) => Math.Max(1, batch / UsualSlices);
}
