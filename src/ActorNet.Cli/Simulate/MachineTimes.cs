using System.Diagnostics;
using System.Runtime.InteropServices;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Simulation;
using ActorNet.Core.Training;
using MathNet.Numerics.Statistics;

namespace ActorNet.Cli.Simulate;

/// <summary>Measures on one core of this machine what a simulated node takes: the gradients of a lease, and what a parameter server does.</summary>
/// <param name="stop">Ends it early, by an <see cref="OperationCanceledException"/>.</param>
internal sealed class MachineTimes(CancellationToken stop)
{
    private const int LeastRounds = 5;
    private const int MostRounds = 200;

    /// <summary>Turns of computing alone and beside copying, of a machine that is too busy to tell them apart.</summary>
    private const int MostTurns = 25;

    /// <summary>So small a share of a round, or less than none, is chance: copying takes more.</summary>
    private const double LeastLoss = 0.005;

    /// <summary>Parameters that a server is measured with: the sums of more are in memory just the same.</summary>
    private const int MostParameters = 4_000_000;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan _leastTurn = TimeSpan.FromSeconds(0.2);

    /// <summary>Times a worker's gradients.</summary>
    /// <param name="model">The network.</param>
    /// <param name="slices">Slices of the worker's lease: a worker computes them as one batch.</param>
    /// <param name="samplesPerSlice">Samples of each.</param>
    /// <param name="atOnce">Workers that compute at the same time: cores share what is between them and memory.</param>
    /// <returns>Seconds a slice, one for each round.</returns>
    public ComputeTimes Compute(ModelSpec model, int slices, int samplesPerSlice, int atOnce)
    {
        var setup = Setup(model, slices, slices * samplesPerSlice);
        using var others = new BusyCores(atOnce - 1, () => Worker(setup));
        return new ComputeTimes(Rounds(Worker(setup)).Select(seconds => seconds / slices));
    }

    /// <summary>Computes the gradient of the next step, whenever it is called.</summary>
    private static Action Worker(TrainingSetup setup)
    {
        var calculator = new GradientCalculator(setup);
        calculator.SetLease([setup.Tree.Root]);
        var weights = new float[setup.Network.Layout.Length];
        setup.Network.Initialise(weights, setup.Job.Seed);
        var step = 0L;
        return () => calculator.Compute(step++, weights);
    }

    /// <summary>
    /// Times a server as it is in a cluster: after a gradient was computed in its caches, from one version's weights to the other's place, with the hash that goes with a version.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="atOnce">Threads that are busy at the same time, this one among them; the others compute.</param>
    /// <returns>Parameters a second that it adds up for each part, and that it updates beside that.</returns>
    public (double AddRate, double ApplyRate) Server(ModelSpec model, int atOnce)
    {
        const int Parts = 8;
        var setup = Setup(model, Parts, Parts);
        using var others = new BusyCores(atOnce - 1, () => Worker(setup));
        var length = Math.Min(MostParameters, setup.Network.Layout.Length);
        var partition = setup.CreatePartition(new PartitionRange(0, 0, length));
        var (weights, next) = (new float[length], new float[length]);
        var compute = Worker(setup);
        int[] counts = [1, 1, 1, 1, 1, 1, 1, 1];
        var whole = Time([setup.Tree.Root]);
        var leaves = Time([.. Enumerable.Range(0, Parts).Select(slice => new TreeNode(slice, 1))]);
        var add = Math.Max((leaves - whole) / (Parts - 1), 1e-12);
        return (length / add, length / Math.Max(whole - add, 1e-12));

        double Time(TreeNode[] nodes)
        {
            var accumulator = new GradientAccumulator(setup.Tree, length);
            var parts = nodes.Select(node => new GradientPart(node, new float[length])).ToArray();
            foreach (var part in parts)
            {
                Array.Fill(part.Slices, new SliceTally(1, 0));
            }

            return Rounds(Update, compute).Median();

            void Update()
            {
                accumulator.Begin(partition.Version, counts);
                foreach (var part in parts)
                {
                    part.Step = partition.Version;
                    accumulator.Add(part, part.Gradient);
                }

                partition.Apply(accumulator, 0.1f, 1, weights, next);
                BodyHash.Of(MemoryMarshal.AsBytes(next.AsSpan()));
                (weights, next) = (next, weights);
            }
        }
    }

    /// <summary>
    /// Measures what sending and receiving takes from computing on a machine whose cores all compute: how much longer their rounds are while as many threads pass bytes to each other within the machine,
    /// and hash them as a link does.
    /// </summary>
    /// <param name="model">The network whose gradients are computed.</param>
    /// <param name="samples">Samples of a round.</param>
    /// <param name="isLocal">Whether as between processes of one machine; otherwise over TCP, as between machines.</param>
    /// <returns>Bytes, sent or received, for each second of a core that computing loses by them.</returns>
    /// <exception cref="ActorNetException">Other work on this machine is in the way.</exception>
    public double CopyRate(ModelSpec model, int samples, bool isLocal)
    {
        var setup = Setup(model, slices: 1, samples);
        var turn = Turn(Worker(setup));
        using var cores = new BusyCores(Environment.ProcessorCount, () => Worker(setup));
        using var exchange = new LoopbackExchange(connections: Math.Max(1, Environment.ProcessorCount / 2), isLocal);
        var (alone, beside, speeds) = (new List<double>(), new List<double>(), new List<double>());
        while (alone.Count < MostTurns)
        {
            stop.ThrowIfCancellationRequested();
            // In turn, so that what else the machine does at the time is in both.
            alone.Add(cores.RoundSeconds(() => stop.WaitHandle.WaitOne(turn)));
            beside.Add(cores.RoundSeconds(() => speeds.Add(Pass(exchange, turn))));
            var lost = 1 - (alone.Median() / beside.Median());
            if (alone.Count >= LeastRounds && lost > LeastLoss)
            {
                return speeds.Median() / (cores.Count * lost);
            }
        }

        throw new ActorNetException(
            $"Computing was no slower while bytes were copied, {MostTurns} times in turn: other work on this machine is in the way. Run again when it is idle, or leave '--copy measured' out.");
    }

    /// <returns>Bytes a second.</returns>
    private static double Pass(LoopbackExchange exchange, TimeSpan time)
    {
        var began = Stopwatch.GetTimestamp();
        var bytes = exchange.PassFor(time);
        return bytes / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    /// <summary>How long bytes are passed at a time: for some rounds, though each takes twice as long beside that.</summary>
    private static TimeSpan Turn(Action round)
    {
        round();
        var began = Stopwatch.GetTimestamp();
        round();
        var some = 8 * Stopwatch.GetElapsedTime(began);
        return some > _leastTurn ? some : _leastTurn;
    }

    private static TrainingSetup Setup(ModelSpec model, int slices, int batch)
    {
        var network = Network.Create(model);
        var random = new RandomStream(1, RandomPurpose.Simulation);
        var element = 0UL;
        float[][] Rows(int size) => [.. Enumerable.Range(0, batch).Select(_ => Enumerable.Range(0, size).Select(_ => random.Uniform(element++)).ToArray())];
        var data = ArrayDataSet.Regression(Rows(network.InputSize), Rows(network.OutputSize));
        return new TrainingSetup(new JobSpec { Model = model, BatchSize = batch, Slices = slices, Data = new DataSpec("arrays") }, data);
    }

    /// <summary>Seconds of each round, after two that pay for compilation and cold caches.</summary>
    /// <param name="round">What is timed.</param>
    /// <param name="before">What is done before each round, and not timed.</param>
    private List<double> Rounds(Action round, Action? before = null)
    {
        round();
        round();
        var times = new List<double>();
        var began = Stopwatch.GetTimestamp();
        while (times.Count < LeastRounds || (times.Count < MostRounds && Stopwatch.GetElapsedTime(began) < _patience))
        {
            stop.ThrowIfCancellationRequested();
            before?.Invoke();
            var start = Stopwatch.GetTimestamp();
            round();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
