using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cli.Simulate;
using ActorNet.Core.Simulation;
using MathNet.Numerics.Statistics;
using Spectre.Console;

namespace ActorNet.Cli.Commands;

/// <summary>actornet simulate</summary>
internal static class SimulateCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var flags = new SimulateFlags();
        var json = new Switch("--json", "Print one JSON object, alone on stdout.");
        var command = new Command("simulate", "How fast a cluster would train that you do not have: the real leases and sums, in virtual time.");
        flags.AddTo(command);
        command.Options.Add(json.Option);
        command.SetAction(parse =>
        {
            var isJson = json.IsOn(parse);
            var model = flags.Model(parse);
            using var status = new StatusLine(Terminal.Error());
            using var interruption = new Interruption(status.Clear);
            status.Show("measuring this machine");
            IReadOnlyList<ClusterSpec> clusters;
            var rows = new List<SimulatedRow>();
            try
            {
                clusters = flags.Clusters(parse, model, new MachineTimes(interruption.Stop));
                foreach (var (number, cluster) in clusters.Index())
                {
                    status.Show($"simulating {cluster.Workers} workers, {number + 1} of {clusters.Count}");
                    rows.Add(new SimulatedRow(cluster, ClusterSimulation.Run(cluster, interruption.Stop)));
                }
            }
            catch (OperationCanceledException)
            {
                status.Clear();
                ErrorReport.WriteLine("interrupted.");
                return ExitCode.Interrupted;
            }

            status.Clear();
            if (isJson)
            {
                Console.Out.WriteLine(JsonSerializer.Serialize(
                    new { schema = 1, model = model.Spec.Shape, parameters = clusters[0].Parameters, seed = clusters[0].Seed, rows = rows.Select(row => row.ToJson()) }, RunJson.Indented));
            }
            else
            {
                Show(model, rows, Terminal.Output());
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(SimulatedModel model, List<SimulatedRow> rows, Terminal terminal)
    {
        var first = rows[0].Cluster;
        var copying = double.IsInfinity(first.CopyRate) ? "" : string.Create(CultureInfo.InvariantCulture, $", cores copy {first.CopyRate * 8 / 1e9:0.###} Gbit/s");
        terminal.Writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{terminal.Strong(model.Spec.Shape)}, {Say.Count(first.Parameters)} parameters, {first.SamplesPerSlice} samples a slice of {1000 * first.Compute.Mean:0.###} ms, links of {first.BytesPerSecond * 8 / 1e9:0.###} Gbit/s{copying}, servers add {first.AddRate / 1e6:0} and update {first.ApplyRate / 1e6:0} million parameters/s, seed {first.Seed}"));
        var isStale = rows.Any(row => row.Result.Staleness is not null);
        var hasFailures = rows.Any(row => row.Result.Recoveries.Count > 0);
        var table = new Table();
        foreach (var name in (string[])["workers", "servers", "slices", "step ms", "95 %", "samples/s", "efficient", "idle", "link", "MB a step", .. isStale ? (string[])["stale"] : [], .. hasFailures ? (string[])["lost", "back in ms"] : []])
        {
            table.AddColumn(new TableColumn(name).NoWrap().RightAligned());
        }

        foreach (var (cluster, result) in rows)
        {
            table.AddRow(
            [
                Say.Count(cluster.Workers), Say.Count(cluster.Servers), Say.Count(cluster.Slices), Milliseconds(result.StepMedian), Milliseconds(result.StepP95),
                Say.Count(result.SamplesPerSecond), Share(result.Efficiency), Share(result.Idle), Share(result.BusiestShare), string.Create(CultureInfo.InvariantCulture, $"{result.BusiestBytes / 1e6:N1}"),
                .. isStale ? (string[])[string.Create(CultureInfo.InvariantCulture, $"{result.Staleness:N1}")] : [],
                .. hasFailures ? (string[])[Say.Count(result.Recoveries.Count), result.Recoveries.Count == 0 ? "-" : Milliseconds(result.Recoveries.Median())] : [],
            ]);
        }

        terminal.Write(table);
    }

    private static string Milliseconds(double seconds) => string.Create(CultureInfo.InvariantCulture, $"{1000 * seconds:N1}");

    private static string Share(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:0.0} %");

    private sealed record SimulatedRow(ClusterSpec Cluster, SimulationResult Result)
    {
        public object ToJson() => new
        {
            Cluster.Workers,
            Cluster.Servers,
            Cluster.Partitions,
            Cluster.Slices,
            Cluster.BatchSize,
            sliceSeconds = Cluster.Compute.Mean,
            addRate = Cluster.AddRate,
            copyRate = double.IsInfinity(Cluster.CopyRate) ? (double?)null : Cluster.CopyRate,
            applyRate = Cluster.ApplyRate,
            stepSeconds = Result.StepMedian,
            stepSecondsP95 = Result.StepP95,
            Result.SamplesPerSecond,
            Result.Efficiency,
            Result.Idle,
            Result.BusiestLink,
            busiestLinkBytesPerStep = Result.BusiestBytes,
            busiestLinkShare = Result.BusiestShare,
            recoverySeconds = Result.Recoveries,
            Result.Moves,
            Result.Staleness,
        };
    }
}
