using System.CommandLine;
using System.Globalization;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Settings;
using ActorNet.Core.Simulation;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Cli.Simulate;

/// <summary>The flags of <c>actornet simulate</c>.</summary>
internal sealed class SimulateFlags
{
    private readonly Setting _model = new("--model", "NAME|SIZES", "The network: W1 to W4, a preset of 'actornet train', or sizes as in 784-100-10. Default W4.", SimulatedModel.Names);
    private readonly Setting _workers = new("--workers", "N[,N…]", "Worker nodes, one worker each; several numbers for a row of each. Default 8.");
    private readonly Setting _servers = new("--servers", "P[,P…]", "Parameter servers, each a node of its own. Default 1.");
    private readonly Setting _partitions = new(
        "--partitions", "N", "Partitions of the parameters, which go round the servers. Default: as in a cluster, one for each 256 KiB up to 8, and one for each server at least.");
    private readonly Switch _colocated = new("--colocated", "The servers are on the nodes of the first workers, as in 'actornet train --listen'.");
    private readonly Setting _slices = new("--slices", "S", "Slices of the job. Default: one for each worker, 8 at least.");
    private readonly Setting _samples = new("--samples-per-slice", "N", "Samples of a slice in a step: S times as many are the batch. Default: an eighth of the model's usual batch.");

    private readonly Setting _mode = new("--mode", "sync|local:H|ssp:T|async", "How updates are made, as in 'actornet train'. Default sync.", ["sync", "local:8", "ssp:4", "async"]);

    private readonly Setting _compute = new(
        "--compute", "MS|FILE|measured", "How long a worker computes a slice: milliseconds, or a file with a measured time in each line. Default: measured on a core of this machine.");

    private readonly Setting _atOnce = new("--at-once", "K", "With measured times: so many workers compute on this machine at the same time. Default 1.");
    private readonly Setting _spread = new("--spread", "PART", "With --compute MS: the standard deviation of that time, as a part of it. Default 0.");
    private readonly Setting _rates = new(
        "--server-rates", "ADD,UPDATE", "Millions of parameters a second that a server adds up for each part, and that it updates, as in 2000,1000. Default: measured on a core of this machine.");

    private readonly Setting _link = new("--link", "RATE", "What a node sends in a second, and as much receives, as in 10Gbit or 100Mbit. Default 10Gbit.");
    private readonly Setting _copy = new(
        "--copy", "RATE|measured|local", "What a node's one core sends or receives in a second, where it has no other for that, as on a machine whose workers use all cores: over TCP where it is measured, with local as between processes of one machine. Default: other cores do it.");

    private readonly Setting _latency = new("--latency", "TIME", "From a node to another, as in 50us or 0.2ms. Default 0.1ms.");
    private readonly Setting _slow = new("--slow", "PERCENTxFACTOR", "Slow workers: 5x3 makes 5 percent of them three times slower. Default none.");
    private readonly Setting _failures = new("--mean-time-to-failure", "TIME", "Of a worker's node until it is killed, as in 6h. Default never.");
    private readonly Setting _restart = new("--restart", "TIME", "Until another is there in its place. Default 30s.");
    private readonly Switch _speculate = new("--speculate", "Spares race the nodes that are waited for most, and nodes that wait compute what much slower ones owe.");
    private readonly Setting _steps = new("--steps", "N", "Steps to simulate. Default 50.");
    private readonly Setting _seed = new("--seed", "N", "Names all that is random. Default 1.");

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])
            [
                _model.Option, _workers.Option, _servers.Option, _partitions.Option, _colocated.Option, _slices.Option, _samples.Option, _mode.Option, _compute.Option, _atOnce.Option, _spread.Option, _rates.Option, _link.Option, _copy.Option, _latency.Option, _slow.Option,
                _failures.Option, _restart.Option, _speculate.Option, _steps.Option, _seed.Option,
            ])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The network.</summary>
    public SimulatedModel Model(ParseResult parse) => SimulatedModel.Read(_model.Find(parse) ?? new Said("W4", "--model"));

    /// <summary>The clusters, one for each row of the table.</summary>
    /// <param name="parse">The arguments.</param>
    /// <param name="model">The network.</param>
    /// <param name="machine">Measures what was not given.</param>
    /// <exception cref="UsageException">A value makes no sense.</exception>
    public IReadOnlyList<ClusterSpec> Clusters(ParseResult parse, SimulatedModel model, MachineTimes machine)
    {
        var samples = _samples.Find(parse)?.Positive() ?? model.SamplesPerSlice;
        var network = Core.Models.Network.Create(model.Spec);
        var slow = _slow.Find(parse) is { } said ? Slow(said) : (Share: 0, Factor: 1);
        var cluster = new ClusterSpec
        {
            Workers = 1,
            Layers = [.. Enumerable.Range(0, network.Layers.Count).Select(layer => network.Layout.LayerOffset(layer + 1) - network.Layout.LayerOffset(layer)).Where(length => length > 0)],
            Slices = 1,
            IsColocated = _colocated.IsOn(parse),
            SamplesPerSlice = samples,
            Mode = UsageException.Check(() => UpdateMode.Parse(_mode.Find(parse)?.Text ?? "sync")),
            Compute = new ComputeTimes([1]),
            BytesPerSecond = _link.Find(parse) is { } rate ? Rate(rate) : 10e9 / 8,
            Latency = _latency.Find(parse) is { } latency ? Seconds(latency) : 100e-6,
            SlowShare = slow.Share,
            SlowFactor = slow.Factor,
            MeanTimeToFailure = _failures.Find(parse) is { } failures ? Seconds(failures) : double.PositiveInfinity,
            Restart = _restart.Find(parse) is { } restart ? Seconds(restart) : 30,
            Speculates = _speculate.IsOn(parse),
            Steps = _steps.Find(parse)?.Positive() ?? 50,
            Seed = _seed.Find(parse)?.Seed() ?? 1,
        };
        var slices = _slices.Find(parse)?.Positive();
        var partitions = _partitions.Find(parse)?.Positive();
        var workers = Counts(_workers, parse, 8);
        var serverCounts = Counts(_servers, parse, 1);
        // Before anything is measured: what makes no sense could fill all memory there.
        ClusterSpec[] shapes = [.. workers.SelectMany(_ => serverCounts, (nodes, count) => Shaped(nodes, count, slices ?? Math.Max(8, nodes)))];
        var computes = Compute(parse, model, samples, machine);
        var (add, apply) = _rates.Find(parse) is { } rates ? ServerRates(rates) : machine.Server(model.Spec, _atOnce.Find(parse)?.Positive() ?? 1);
        var copyRate = _copy.Find(parse) is { } copy ? CopyRate(copy, model, samples, machine) : double.PositiveInfinity;
        var times = new Dictionary<int, ComputeTimes>();
        return [.. shapes.Select(Timed)];

        ClusterSpec Shaped(int nodes, int servers, int slices)
        {
            var cut = partitions ?? Math.Max(servers, PartitionPlan.WorthHaving(cluster.Parameters));
            var shape = cluster with { Workers = nodes, Servers = servers, Partitions = cut, Slices = slices };
            UsageException.Check(shape.Validate);
            return shape;
        }

        ClusterSpec Timed(ClusterSpec shape)
        {
            var lease = (shape.Slices + shape.Workers - 1) / shape.Workers;
            if (!times.TryGetValue(lease, out var time))
            {
                times[lease] = time = computes(lease);
            }

            return shape with { Compute = time, AddRate = add, ApplyRate = apply, CopyRate = copyRate };
        }
    }

    /// <summary>How long a worker takes for each slice of a lease of so many.</summary>
    private Func<int, ComputeTimes> Compute(ParseResult parse, SimulatedModel model, int samples, MachineTimes machine)
    {
        var (spread, atOnce) = (_spread.Find(parse), _atOnce.Find(parse));
        if (_compute.Find(parse) is not { } said || said.Text == "measured")
        {
            var workers = atOnce?.Positive() ?? 1;
            return spread is { } stray
                ? throw new UsageException($"{stray.Source} is for --compute MS: what is measured has a spread of its own.")
                : lease => machine.Compute(model.Spec, lease, samples, workers);
        }

        if (atOnce is { } alone)
        {
            throw new UsageException($"{alone.Source} is for times that are measured: leave it out, or --compute.");
        }

        var times = Read(said, spread);
        return _ => times;
    }

    private static ComputeTimes Read(Said said, Said? spread)
    {
        if (File.Exists(said.Text))
        {
            double[] times =
            [
                .. File.ReadLines(said.Text).Where(line => line.Trim().Length > 0).Select((line, i) =>
                    double.TryParse(line, NumberStyles.Float, CultureInfo.InvariantCulture, out var time) && time > 0
                        ? time / 1000
                        : throw new Core.ActorNetException($"{said.Text}, line {i + 1}: '{line}' is no number of milliseconds above 0."))
            ];
            return times.Length > 0 ? new ComputeTimes(times) : throw new Core.ActorNetException($"{said.Text} is empty: give it a number of milliseconds in each line.");
        }

        return double.TryParse(said.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds > 0
            ? ComputeTimes.Around(milliseconds / 1000, spread is { } part ? Part(part) : 0)
            : throw said.Wrong("milliseconds above 0, a file with one time in each line, or 'measured'");
    }

    private static double Part(Said said) => said.Number() is var part and >= 0 and < 1 ? part : throw said.Wrong("a part from 0 to below 1, as in 0.05");

    private static int[] Counts(Setting setting, ParseResult parse, int normal) => setting.Find(parse) is not { } said
        ? [normal]
        : [.. said.Text.Split(',').Select(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= 100_000
            ? count
            : throw said.Wrong("numbers from 1 to 100000 with commas"))];

    private static (double Share, double Factor) Slow(Said said)
    {
        var parts = said.Text.Split('x');
        return parts.Length == 2
            && double.TryParse(parts[0].TrimEnd('%'), NumberStyles.Float, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var factor) && factor > 0
                ? (percent / 100, factor)
                : throw said.Wrong("a percentage and a factor, as in 5x3");
    }

    private static (double AddRate, double ApplyRate) ServerRates(Said said)
    {
        const string Expected = "two numbers of millions above 0, as in 2000,1000";
        return said.Numbers(Expected) is [> 0 and var add, > 0 and var apply] ? (1e6 * add, 1e6 * apply) : throw said.Wrong(Expected);
    }

    private static double Rate(Said said) => Unit(said, [("Gbit", 1e9 / 8), ("Mbit", 1e6 / 8), ("kbit", 1e3 / 8)], "a rate, as in 10Gbit or 100Mbit");

    private static double CopyRate(Said said, SimulatedModel model, int samples, MachineTimes machine) =>
        said.Text is "measured" or "local" ? machine.CopyRate(model.Spec, samples, said.Text == "local") : Rate(said);

    private static double Seconds(Said said) => Unit(said, [("us", 1e-6), ("ms", 1e-3), ("min", 60), ("s", 1), ("h", 3600), ("d", 86400)], "a time, as in 0.2ms, 30s or 6h");

    private static double Unit(Said said, (string Name, double Size)[] units, string expected)
    {
        var unit = Array.Find(units, unit => said.Text.EndsWith(unit.Name, StringComparison.OrdinalIgnoreCase));
        return unit.Name is not null
            && double.TryParse(said.Text[..^unit.Name.Length].TrimEnd(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number > 0 && double.IsFinite(number * unit.Size)
                ? number * unit.Size
                : throw said.Wrong(expected);
    }
}
