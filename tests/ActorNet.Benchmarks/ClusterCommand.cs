using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Transfer;
using ActorNet.Core.Models;

namespace ActorNet.Benchmarks;

/// <summary>
/// A step of two processes, each with a worker and half the batch, as <c>train --listen</c> and <c>worker --join</c> run it; beside PyTorch's DDP over
/// gloo, and beside what such a step must cost: its computing (c: a loop in each process on half the batch, at the same time) and the moving of its
/// bytes (t: over plain TCP, here and back, with both cores busy). All in turn, round by round.
/// </summary>
internal static class ClusterCommand
{
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(1.5);

    /// <summary>Moving bytes settles quickly, and is measured twice.</summary>
    private const double MovingShare = 0.3;

    public static async Task RunAsync(string[] options)
    {
        if (options is ["--peer"])
        {
            await OtherProcess.ServeAsync();
            return;
        }

        var arguments = new Arguments(options, "--rounds", "--seconds", "--workloads", "--python");
        var rounds = arguments.Count("--rounds", 5);
        var duration = arguments.Seconds("--seconds", 1);
        using var link = new LinkBytes();
        using var other = new OtherProcess();
        var python = arguments.Text("--python") ?? PythonPeer.DefaultPython;
        using var ddp = StartDdp(python, "torch-ddp");
        using var pinned = StartDdp(python, "torch-ddp pinned", "--pin");
        Console.WriteLine($"Two processes, {rounds} rounds of {duration.TotalSeconds} s in turn: median [min .. max]; a ratio is that of the same round.");
        Console.WriteLine("c: a step of two loops at once, half the batch each. t: the step's bytes over plain TCP while a loop runs on each core; idle: while none does.");
        Console.WriteLine();
        Console.WriteLine("| workload | ActorNet, samples/s | DDP, samples/s | DDP pinned, samples/s | x DDP | x DDP pinned | x the faster DDP of each round |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- |");
        var tables = new List<string>();
        foreach (var workload in arguments.Choose("--workloads", Workload.All, workload => workload.Name))
        {
            var run = new Run(workload, link, other, [ddp, pinned]);
            await run.RoundAsync(_warmUp);
            run.Forget();
            for (var round = 0; round < rounds; round++)
            {
                await run.RoundAsync(duration);
            }
            Console.WriteLine(run.RateRow);
            tables.Add(run.StepRow);
        }
        Console.WriteLine();
        Console.WriteLine("| workload | step, us | c, us | t, us | step : (c + t) | t idle, us | step : (c + t idle) | bytes a step | x least | allocated a step |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        tables.ForEach(Console.WriteLine);
        MachineLoad.Print();
    }

    private static PythonPeer? StartDdp(string python, string name, params IEnumerable<string> options)
    {
        try
        {
            var peer = new PythonPeer(python, name, "torch_ddp.py", options);
            Console.WriteLine($"{peer.Name}: {peer.Library}");
            return peer;
        }
        catch (ContenderAbsentException absent)
        {
            Console.WriteLine($"SKIPPED {name}: {absent.Message}");
            return null;
        }
    }

    /// <summary>The measurements of one workload.</summary>
    private sealed class Run(Workload workload, LinkBytes link, OtherProcess other, PythonPeer?[] ddp)
    {
        private readonly HalfBatch _here = new();
        private readonly int _vectorBytes = Network.Create(ModelSpec.Dense(workload.Sizes)).Layout.Length * sizeof(float);
        private readonly List<double> _ours = [], _compute = [], _move = [], _idleMove = [], _bytes = [], _allocated = [];

        private readonly List<double>[] _ddp = [.. ddp.Select(_ => new List<double>())];

        public string RateRow
        {
            get
            {
                var rates = $"| {workload} | {Spread.Of(_ours).ToString("N0")} | {string.Join(" | ", _ddp.Select(one => Show(one, "N0")))}";
                if (_ddp.Any(one => one.Count == 0))
                {
                    return $"{rates} | - | - | - |";
                }
                var faster = Spread.OfRatios(_ours, _ddp[0].Zip(_ddp[1], Math.Max));
                return $"{rates} | {string.Join(" | ", _ddp.Select(one => Spread.OfRatios(_ours, one).ToString("F2")))} "
                    + $"| {Goal.Compare(faster.Median, Goal.Of(workload).TorchDdp)} [{faster.Min:F2} .. {faster.Max:F2}] |";
            }
        }

        public string StepRow
        {
            get
            {
                double[] steps = [.. _ours.Select(rate => 1e6 * workload.Batch / rate)];
                var least = 2.0 * _vectorBytes;
                return $"| {workload} | {Spread.Of(steps).ToString("N0")} | {Spread.Of(_compute).ToString("N0")} | {Spread.Of(_move).ToString("N0")} "
                    + $"| {Beside(steps, _move)} | {Spread.Of(_idleMove).ToString("N0")} | {Beside(steps, _idleMove)} "
                    + $"| {Spread.Of(_bytes).Median:N0} | {Goal.CompareMost(Spread.Of(_bytes).Median / least, Goal.ClusterBytes, "F4")} "
                    + $"| {Spread.Of(_allocated).Median:N0} |";
            }
        }

        public async Task RoundAsync(TimeSpan duration)
        {
            for (var i = 0; i < ddp.Length; i++)
            {
                if (ddp[i] is { } peer)
                {
                    _ddp[i].Add(peer.Round(workload, duration));
                }
            }
            var result = await TrainAsync(duration);
            _ours.Add(result.SamplesPerSecond);
            _bytes.Add(result.LinkBytesPerStep);
            _allocated.Add(result.BytesPerStep);
            var there = other.LoopAsync(workload, duration);
            var here = _here.StepMilliseconds(workload, duration);
            _compute.Add(1000 * (here + await there) / 2);
            _move.Add(1000 * await MoveAsync(busy: true, MovingShare * duration));
            _idleMove.Add(1000 * await MoveAsync(busy: false, MovingShare * duration));
        }

        public void Forget()
        {
            foreach (var list in (List<double>[])[_ours, .. _ddp, _compute, _move, _idleMove, _bytes, _allocated])
            {
                list.Clear();
            }
        }

        private async Task<SteadyState.Result> TrainAsync(TimeSpan duration)
        {
            var request = new TrainingRequest
            {
                Job = WorkloadJob.Create(workload),
                Training = _here.Data(workload),
                Workers = 1,
                MinWorkers = 2,
                Node = new NodeOptions { Listen = new HostPort("127.0.0.1", 0), Workers = 1, Serves = true },
            };
            Task<double>? joined = null;
            var result = await SteadyState.MeasureAsync(
                workload, request, duration, at => joined = other.JoinAsync(workload, HostPort.Parse(at, "Listening").Port, duration), () => link.Total);
            await joined!;
            return result;
        }

        private async Task<double> MoveAsync(bool busy, TimeSpan duration)
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            var echo = other.EchoAsync(workload, ((IPEndPoint)listener.LocalEndpoint).Port, _vectorBytes, busy, duration);
            double time;
            using (var socket = await listener.AcceptSocketAsync())
            {
                socket.NoDelay = true;
                double Measure() => PlainExchange.Measure(socket, new byte[_vectorBytes], duration);
                time = busy ? _here.Beside(workload, Measure) : Measure();
            }
            await echo;
            return time;
        }

        private static string Show(List<double> values, string format) => values.Count == 0 ? "-" : Spread.Of(values).ToString(format);

        private string Beside(double[] steps, List<double> moves)
        {
            var ratios = Spread.OfRatios(steps, _compute.Zip(moves, (compute, move) => compute + move));
            var median = workload.Name == "W1" ? ratios.Median.ToString("F2", CultureInfo.InvariantCulture) : Goal.CompareMost(ratios.Median, Goal.ClusterStep);
            return $"{median} [{ratios.Min:F2} .. {ratios.Max:F2}]";
        }
    }

    /// <summary>Counts what this process sends and receives over the tensor link: with two nodes, all that goes over it.</summary>
    private sealed class LinkBytes : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _total;

        public LinkBytes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == LinkMeter.Name)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _total, count));
            _listener.Start();
        }

        public long Total => Interlocked.Read(ref _total);

        public void Dispose() => _listener.Dispose();
    }
}
