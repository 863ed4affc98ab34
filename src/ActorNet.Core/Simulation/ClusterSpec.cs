using ActorNet.Core.Numerics;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Simulation;

/// <summary>A cluster and a job, as far as the time of a step depends on them. Times are in seconds, rates per second.</summary>
internal sealed record ClusterSpec
{
    /// <summary>The most slices: what is kept for each must fit memory.</summary>
    public const int MostSlices = 1 << 20;

    /// <summary>Nodes of one worker each; 1 or more.</summary>
    public required int Workers { get; init; }

    /// <summary>Nodes that serve the parameters, with a thread each; 1 or more.</summary>
    public int Servers { get; init; } = 1;

    /// <summary>Partitions of the parameters, which go round the servers; as many as servers, or more.</summary>
    public int Partitions { get => field == 0 ? Servers : field; init; }

    /// <summary>Whether the servers are on the nodes of the first workers, and share their threads.</summary>
    public bool IsColocated { get; init; }

    /// <summary>Parameters of each of the network's layers that has any, from the first.</summary>
    public required IReadOnlyList<int> Layers { get; init; }

    /// <summary>Parameters of the network.</summary>
    public int Parameters => Layers.Sum();

    /// <summary>Slices of the job.</summary>
    public required int Slices { get; init; }

    /// <summary>Samples of a slice in a minibatch.</summary>
    public required int SamplesPerSlice { get; init; }

    /// <summary>How updates are made.</summary>
    public UpdateMode Mode { get; init; } = new UpdateMode.Sync();

    /// <summary>How long a worker computes a slice of a minibatch.</summary>
    public required ComputeTimes Compute { get; init; }

    /// <summary>Bytes a second that a node sends, and as many that it receives at the same time.</summary>
    public double BytesPerSecond { get; init; } = 10e9 / 8;

    /// <summary>Bytes a second that a node's thread sends or receives when there is no other core to do that; infinity where there is.</summary>
    public double CopyRate { get; init; } = double.PositiveInfinity;

    /// <summary>Seconds from a node to another, whatever the size.</summary>
    public double Latency { get; init; } = 100e-6;

    /// <summary>Parameters a second that a server's thread adds up, for each part.</summary>
    public double AddRate { get; init; } = 2e9;

    /// <summary>Parameters a second that a server's thread updates.</summary>
    public double ApplyRate { get; init; } = 1e9;

    /// <summary>What part of the workers is slow, from 0 to 1: the last ones.</summary>
    public double SlowShare { get; init; }

    /// <summary>How many times as long a slow worker computes.</summary>
    public double SlowFactor { get; init; } = 1;

    /// <summary>Mean seconds until a worker's node is killed; infinity for never.</summary>
    public double MeanTimeToFailure { get; init; } = double.PositiveInfinity;

    /// <summary>Seconds until the coordinator hears of that: by the connections that break.</summary>
    public double Detection { get; init; } = 0.05;

    /// <summary>Seconds until another node is there in its place.</summary>
    public double Restart { get; init; } = 30;

    /// <summary>Whether spares race the nodes that are waited for most.</summary>
    public bool Speculates { get; init; }

    /// <summary>Steps to make after the first two, which do not count.</summary>
    public int Steps { get; init; } = 50;

    /// <summary>Names all that is random: the same seed gives the same numbers.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Samples of a minibatch.</summary>
    public int BatchSize => Slices * SamplesPerSlice;

    /// <summary>Minibatches of a step: those of a round in the mode <c>local:H</c>.</summary>
    public int BatchesPerStep => Mode is UpdateMode.Local { Steps: var steps } ? steps : 1;

    /// <summary>Seconds that a slice takes for an update of its own, which it makes after each minibatch in the mode <c>local:H</c>.</summary>
    public double OwnUpdate => Mode is UpdateMode.Local ? Parameters / ApplyRate : 0;

    /// <summary>Samples a second of one worker that waits for nobody.</summary>
    public double OneWorker => SamplesPerSlice / Compute.Mean;

    /// <summary>Checks the numbers.</summary>
    /// <exception cref="ActorNetException">The first that makes no sense, by its name.</exception>
    public void Validate()
    {
        Require(Workers >= 1, $"workers is {Workers}: it must be 1 or more.");
        Require(Servers >= 1, $"servers is {Servers}: it must be 1 or more.");
        Require(!IsColocated || Servers <= Workers, $"{Servers} servers on the nodes of {Workers} workers: there must be a worker for each.");
        Require(!IsColocated || double.IsPositiveInfinity(MeanTimeToFailure), $"servers on workers' nodes that are killed: a lost server is not simulated. Give servers nodes of their own.");
        Require(Partitions >= Servers, $"{Partitions} partitions on {Servers} servers: each needs one at least.");
        Require(Layers.Count > 0 && Layers.All(length => length > 0), $"the layers have {string.Join(", ", Layers)} parameters: there must be one, and each must have some.");
        Require(Parameters >= Partitions, $"{Parameters} parameters in {Partitions} partitions: each needs one at least.");
        Require(Slices is >= 1 and <= MostSlices, $"slices is {Slices}: it must be 1 to {MostSlices}.");
        Require(SamplesPerSlice >= 1, $"a slice has {SamplesPerSlice} samples: it must have 1 or more.");
        Require((long)Slices * SamplesPerSlice <= int.MaxValue, $"{Slices} slices of {SamplesPerSlice} samples: a minibatch has {int.MaxValue} samples at most.");
        Require(BytesPerSecond > 0, $"the link takes {BytesPerSecond} bytes a second: it must take some.");
        Require(CopyRate > 0, $"a core copies {CopyRate} bytes a second: it must copy some.");
        Require(Latency >= 0, $"latency is {Latency} s: it must be 0 or more.");
        Require(SlowShare is >= 0 and <= 1, $"{SlowShare} of the workers are slow: it must be from 0 to 1.");
        Require(SlowFactor > 0, $"slow workers take {SlowFactor} times as long: it must be more than 0.");
        Require(MeanTimeToFailure > 0, $"the mean time to a failure is {MeanTimeToFailure} s: it must be more than 0.");
        Require(
            Mode is not UpdateMode.Stale || (Steps + 10L) * BatchSize <= int.MaxValue,
            $"{Steps} steps of {BatchSize} samples: in this mode there may be {int.MaxValue} samples in all. Simulate fewer steps.");
        Require(Steps >= 1, $"steps is {Steps}: it must be 1 or more.");
    }

    /// <summary>Random numbers of one kind.</summary>
    internal RandomStream Random(ulong kind, ulong position = 0) => new(Seed, RandomPurpose.Simulation, kind, position);

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new ActorNetException(FormattableString.Invariant(message));
        }
    }
}
