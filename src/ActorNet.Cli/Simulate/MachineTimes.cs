using System.Diagnostics;
using System.IO.Hashing;
using System.Net;
using System.Net.Sockets;
using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;
using ActorNet.Core.Simulation;
using ActorNet.Core.Training;
using MathNet.Numerics.Statistics;

namespace ActorNet.Cli.Simulate;

/// <summary>Measures on one core of this machine what a simulated node takes: the gradients of a lease, and what a parameter server does.</summary>
internal static class MachineTimes
{
    private const int LeastRounds = 5;
    private const int MostRounds = 200;

    /// <summary>Parameters that a server is measured with: the sums of more are in memory just the same.</summary>
    private const int MostParameters = 4_000_000;

    /// <summary>Milliseconds until a connection within the machine counts as broken.</summary>
    private const int Deadline = 10_000;

    /// <summary>Bytes of a round: what W4 sends in a step, and more.</summary>
    private const int CopiedBytes = 32 * 1024 * 1024;

    /// <summary>Bytes that are passed on and hashed at a time, as on a link.</summary>
    private const int CopiedPiece = 256 * 1024;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(2);

    /// <summary>Times a worker's gradients.</summary>
    /// <param name="model">The network.</param>
    /// <param name="slices">Slices of the worker's lease: a worker computes them as one batch.</param>
    /// <param name="samplesPerSlice">Samples of each.</param>
    /// <param name="atOnce">Workers that compute at the same time: cores share what is between them and memory.</param>
    /// <returns>Seconds a slice, one for each round.</returns>
    public static ComputeTimes Compute(ModelSpec model, int slices, int samplesPerSlice, int atOnce)
    {
        var setup = Setup(model, slices, slices * samplesPerSlice);
        using var done = new CancellationTokenSource();
        var others = Enumerable.Range(1, atOnce - 1).Select(_ => new Thread(() =>
        {
            var round = Worker(setup);
            while (!done.IsCancellationRequested)
            {
                round();
            }
        })).ToList();
        others.ForEach(other => other.Start());
        try
        {
            return new ComputeTimes(Rounds(Worker(setup)).Select(seconds => seconds / slices));
        }
        finally
        {
            done.Cancel();
            others.ForEach(other => other.Join());
        }
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

    /// <summary>Times a server.</summary>
    /// <returns>Parameters a second that it adds up for each part, and that it updates beside that.</returns>
    public static (double AddRate, double ApplyRate) Server(ModelSpec model)
    {
        const int Parts = 8;
        var setup = Setup(model, Parts, Parts);
        var length = Math.Min(MostParameters, setup.Network.Layout.Length);
        var partition = setup.CreatePartition(new PartitionRange(0, 0, length));
        var weights = new float[length];
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

            return Rounds(() =>
            {
                accumulator.Begin(partition.Version, counts);
                foreach (var part in parts)
                {
                    part.Step = partition.Version;
                    accumulator.Add(part, part.Gradient);
                }

                partition.Apply(accumulator, 0.1f, 1, weights, weights);
            }).Order().ElementAt(LeastRounds / 2);
        }
    }

    /// <summary>
    /// Measures what a core does that sends and receives: a thread at each end of a connection within this machine, which hash what passes as a link does, and more of it than a cache holds. The time that
    /// counts is the processor's.
    /// </summary>
    /// <returns>Bytes a second of processor time, sent or received.</returns>
    public static double CopyRate()
    {
        using var listener = new Socket(SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        using var sender = new Socket(SocketType.Stream, ProtocolType.Tcp) { SendTimeout = Deadline };
        sender.Connect(listener.LocalEndPoint!);
        using var receiver = listener.Accept();
        receiver.ReceiveTimeout = Deadline;
        var (sent, received) = (new byte[CopiedBytes], new byte[CopiedBytes]);
        return Enumerable.Range(0, LeastRounds).Select(_ => Round()).Median();

        double Round()
        {
            var before = Environment.CpuUsage.TotalTime;
            var sending = Task.Run(() => Pass(sent, (bytes, start, count) => sender.Send(bytes, start, count, SocketFlags.None)));
            Pass(received, (bytes, start, count) => receiver.Receive(bytes, start, count, SocketFlags.None));
            sending.GetAwaiter().GetResult();
            return 2.0 * CopiedBytes / (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }
    }

    /// <summary>Passes all bytes on, as much at a time as the system takes, and hashes them.</summary>
    private static void Pass(byte[] bytes, Func<byte[], int, int, int> pass)
    {
        var hash = new XxHash3();
        for (var start = 0; start < bytes.Length;)
        {
            var count = pass(bytes, start, Math.Min(CopiedPiece, bytes.Length - start));
            hash.Append(bytes.AsSpan(start, count));
            start += count;
        }
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

    /// <summary>Seconds of each round, after one that pays for compilation and cold caches.</summary>
    private static List<double> Rounds(Action round)
    {
        round();
        round();
        var times = new List<double>();
        var began = Stopwatch.GetTimestamp();
        while (times.Count < LeastRounds || (times.Count < MostRounds && Stopwatch.GetElapsedTime(began) < _patience))
        {
            var start = Stopwatch.GetTimestamp();
            round();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return times;
    }
}
