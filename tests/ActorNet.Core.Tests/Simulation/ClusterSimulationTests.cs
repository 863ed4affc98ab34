using ActorNet.Core.Simulation;
using ActorNet.Core.Training.Modes;

namespace ActorNet.Core.Tests.Simulation;

public sealed class ClusterSimulationTests
{
    /// <summary>A million parameters, 8 slices of 10 ms, a link of 1 GB/s and 1 ms.</summary>
    private static readonly ClusterSpec _spec = new()
    {
        Workers = 1,
        Layers = [1_000_000],
        Slices = 8,
        SamplesPerSlice = 4,
        Compute = new ComputeTimes([0.01]),
        BytesPerSecond = 1e9,
        Latency = 1e-3,
        AddRate = 1e9,
        ApplyRate = 1e9,
        Steps = 10,
    };

    /// <summary>Compute 80 ms, send 4 ms, add 1 ms, apply 1 ms, weights back 4 ms, latency twice.</summary>
    [Fact]
    public void A_step_takes_the_time_of_its_parts()
    {
        var result = ClusterSimulation.Run(_spec);
        Assert.Equal(0.092, result.StepMedian, 1e-9);
        Assert.Equal(32 / 0.092, result.SamplesPerSecond, 1e-6);
        Assert.Equal(80 / 92.0, result.Efficiency, 1e-9);
        Assert.Equal(12 / 92.0, result.Idle, 1e-3);
        Assert.Equal(4e6, result.BusiestBytes, 1e-3);
        Assert.Empty(result.Recoveries);
    }

    /// <summary>
    /// The server's link gives out weights one after the other, so that the workers begin and end one after the other: the last one's compute and part come after
    /// all weights. A server for each eighth: nobody waits for anybody.
    /// </summary>
    [Theory]
    [InlineData(8, 1, 0.032 + 0.01 + 0.004 + 0.008 + 0.001 + 0.002)]
    [InlineData(8, 8, 0.01 + 0.004 + 0.001 + 0.000125 + 0.004 + 0.002)]
    public void Servers_share_what_workers_send(int workers, int servers, double step)
    {
        var result = ClusterSimulation.Run(_spec with { Workers = workers, Servers = servers });
        Assert.InRange(result.StepMedian, (1 - 1e-9) * step, 1.2 * step);
    }

    /// <summary>One of four is five times slower, and of all each fifth slice takes four times as long: the others wait, and can compute what it owes.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Who_waits_backs_a_slow_worker_up(int seed)
    {
        var spec = _spec with { Workers = 4, Slices = 16, Compute = new ComputeTimes([0.01, 0.01, 0.01, 0.01, 0.04]), SlowShare = 0.25, SlowFactor = 5, Steps = 400, Seed = (ulong)seed };
        var without = ClusterSimulation.Run(spec);
        var with = ClusterSimulation.Run(spec with { Speculates = true });
        Assert.True(with.SamplesPerSecond > 1.02 * without.SamplesPerSecond, $"seed {seed}: {with.SamplesPerSecond:0} samples/s, {without.SamplesPerSecond:0} without");
        Assert.Equal(with.StepMedian, ClusterSimulation.Run(spec with { Speculates = true }).StepMedian);
    }

    /// <summary>Its slices are done when those of the others are: to compute them too would only cost.</summary>
    [Fact]
    public void Nobody_backs_up_who_is_not_late()
    {
        var spec = _spec with { Workers = 4, Slices = 16, SlowShare = 0.25, SlowFactor = 5, Steps = 400 };
        Assert.Equal(ClusterSimulation.Run(spec).StepMedian, ClusterSimulation.Run(spec with { Speculates = true }).StepMedian, 1e-3);
    }

    /// <summary>One worker sends nothing and receives nothing; the server waits for the worker's thread, and has it to itself then.</summary>
    [Fact]
    public void A_server_on_a_workers_node_needs_no_link_for_it()
    {
        var alone = ClusterSimulation.Run(_spec with { IsColocated = true });
        Assert.Equal(0.08 + 0.002, alone.StepMedian, 1e-9);
        Assert.Equal(0, alone.BusiestBytes);
        // Half of the slices each, and what the other one sends and gets: 4 + 4 ms, 2 latencies, two parts to add.
        var two = ClusterSimulation.Run(_spec with { IsColocated = true, Workers = 2 });
        Assert.Equal(0.04 + 0.008 + 0.002 + 0.003, two.StepMedian, 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_run()
    {
        var spec = _spec with { Workers = 4, Compute = ComputeTimes.Around(0.01, 0.2), MeanTimeToFailure = 20, Steps = 100 };
        var (first, again, other) = (Run(spec), Run(spec), Run(spec with { Seed = 2 }));
        Assert.Equal(first with { Recoveries = [] }, again with { Recoveries = [] });
        Assert.Equal(first.Recoveries, again.Recoveries);
        Assert.NotEqual(first.Seconds, other.Seconds);
    }

    [Fact]
    public void A_killed_worker_costs_its_detection_and_its_slices()
    {
        var result = Run(_spec with { Workers = 8, Slices = 64, Steps = 2000, MeanTimeToFailure = 50, Restart = 5 });
        Assert.InRange(result.Recoveries.Count, 5, 200);
        // Detection 50 ms, and at worst the step was about to end: 80 ms of it, and a share of the lost slices.
        Assert.All(result.Recoveries, seconds => Assert.InRange(seconds, 0, 0.5));
        Assert.InRange(result.Recoveries.Max(), 0.06, 0.5);
    }

    [Fact]
    public void Slow_workers_get_fewer_slices()
    {
        var healthy = _spec with { Workers = 4, Slices = 64, Steps = 200, Latency = 1e-5, BytesPerSecond = 1e11 };
        var slow = healthy with { SlowShare = 0.25, SlowFactor = 5 };
        var (before, after) = (Run(healthy), Run(slow));
        Assert.InRange(after.StepMedian / before.StepMedian, 1.1, 1.35);
        Assert.True(after.Moves > before.Moves);
    }

    [Fact]
    public void A_thousand_workers_are_simulated_in_seconds()
    {
        var began = DateTime.UtcNow;
        var result = Run(_spec with { Workers = 1024, Slices = 1024, Servers = 16, Steps = 3, Compute = ComputeTimes.Around(0.02, 0.1) });
        // The servers' links are what all wait for.
        Assert.InRange(result.BusiestShare, 0.4, 1);
        Assert.InRange(result.StepMedian, 1024 * 4e6 / 16 / 1e9, 3 * 1024 * 4e6 / 16 / 1e9);
        Assert.InRange((DateTime.UtcNow - began).TotalSeconds, 0, 30);
    }

    [Fact]
    public void Nonsense_is_refused_by_name()
    {
        Assert.Contains("workers is 0", Assert.Throws<ActorNetException>(() => Run(_spec with { Workers = 0 })).Message, StringComparison.Ordinal);
        Assert.Contains("2 parameters in 3 partitions", Assert.Throws<ActorNetException>(() => Run(_spec with { Servers = 3, Layers = [2] })).Message, StringComparison.Ordinal);
        Assert.Throws<ActorNetException>(() => new ComputeTimes([]));
        Assert.Throws<ActorNetException>(() => new ComputeTimes([1, 0]));
    }

    /// <summary>
    /// Two layers of 500,000 in a partition each: forwards 16 and 16 ms, backwards 32 and 16. The second's part goes out while the first's gradient is computed, and its weights come back
    /// before the first's, with which the next step begins.
    /// </summary>
    [Fact]
    public void What_is_final_travels_while_the_rest_is_computed()
    {
        var result = Run(_spec with { Layers = [500_000, 500_000], Partitions = 2 });
        // Nobody waits for the second's part: 2 ms to send, 1 ms to add and update, 2 ms back, 2 ms of latency are less than 16 ms of computing.
        Assert.Equal(0.08 + 0.002 + 0.001 + 0.002 + 0.002, result.StepMedian, 1e-9);
        var slow = _spec with { Layers = [500_000, 500_000], BytesPerSecond = 1e8 };
        // 20 ms for half of the weights: the second's part leaves the link free 4 ms before the first's, and comes back while the first's goes out; its weights stand before the first's.
        Assert.Equal(0.08 + 0.02 + 0.02 + 0.004 + 0.004 + 0.003, Run(slow with { Partitions = 2 }).StepMedian, 0.005);
        Assert.InRange(Run(slow with { Partitions = 2 }).StepMedian / Run(slow).StepMedian, 0, 0.8);
    }

    /// <summary>A lost worker's slices are computed by others that have begun the next step with the weights of the first layers.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_step_that_was_begun_too_early_is_made_up_for(int servers)
    {
        var spec = _spec with { Layers = [400_000, 300_000, 300_000], Servers = servers, Partitions = 8, Workers = 4, Slices = 16, BytesPerSecond = 5e7, Steps = 400, MeanTimeToFailure = 20, Restart = 2 };
        var result = Run(spec);
        Assert.InRange(result.Recoveries.Count, 5, 400);
        Assert.Equal(result.Seconds, Run(spec).Seconds);
    }

    /// <summary>Of 80 ms nobody is spared any: 4 MB out and 4 MB in at 0.1 GB/s, on the core that would compute.</summary>
    [Fact]
    public void A_core_that_sends_itself_computes_later()
    {
        var alone = Run(_spec with { Layers = [500_000, 500_000], Partitions = 2, CopyRate = 1e9 });
        var spared = Run(_spec with { Layers = [500_000, 500_000], Partitions = 2 });
        // What is sent when nothing is computed costs nothing but its way; the second's part, and its weights, come while the first's gradient is computed.
        Assert.Equal(spared.StepMedian + 0.004, alone.StepMedian, 1e-9);
    }

    private static SimulationResult Run(ClusterSpec spec) => ClusterSimulation.Run(spec);

    /// <summary>As with a step of all parts, but that there is nothing to add up.</summary>
    [Theory]
    [InlineData("ssp:0")]
    [InlineData("async")]
    public void One_worker_alone_is_never_stale(string mode)
    {
        var result = ClusterSimulation.Run(_spec with { Mode = UpdateMode.Parse(mode) });
        Assert.Equal(0.091, result.StepMedian, 1e-9);
        Assert.Equal(0, result.Staleness);
    }

    /// <summary>While one computes, each of the others updates once.</summary>
    [Fact]
    public void Equal_workers_are_as_stale_as_there_are_others()
    {
        var result = ClusterSimulation.Run(_spec with { Mode = UpdateMode.Parse("async"), Workers = 4, Steps = 200 });
        Assert.InRange(result.Staleness!.Value, 2.8, 3.01);
    }

    /// <summary>
    /// One of four stops for a second now and then, which no lease can foresee: who waits for it stands still, who may be far enough ahead does not.
    /// </summary>
    [Fact]
    public void Who_need_not_wait_loses_less_to_times_that_stray()
    {
        ClusterSpec strays = _spec with { Workers = 4, Servers = 2, Steps = 200, Compute = new ComputeTimes([.. Enumerable.Repeat(0.01, 30), 0.1]) };
        var rates = ((string[])["sync", "ssp:0", "ssp:2", "async"]).Select(mode => ClusterSimulation.Run(strays with { Mode = UpdateMode.Parse(mode) }).SamplesPerSecond).ToArray();
        Assert.True(rates[2] > 1.15 * rates[0], $"sync {rates[0]:F0}, ssp:2 {rates[2]:F0}");
        Assert.True(rates[3] > rates[1], $"ssp:0 {rates[1]:F0}, async {rates[3]:F0}");
    }

    /// <summary>Workers are lost and come again: their slices go on at their own steps elsewhere.</summary>
    [Theory]
    [InlineData("ssp:1")]
    [InlineData("async")]
    public void A_cluster_that_loses_workers_goes_on_in_every_mode(string mode)
    {
        var spec = _spec with { Mode = UpdateMode.Parse(mode), Workers = 4, Servers = 2, Steps = 400, MeanTimeToFailure = 10, Restart = 1 };
        var result = ClusterSimulation.Run(spec);
        Assert.NotEmpty(result.Recoveries);
        Assert.Equal(result.SamplesPerSecond, ClusterSimulation.Run(spec).SamplesPerSecond);
    }

    /// <summary>Four minibatches and as many updates of a slice's own between two trips: 8 · 4 · (10 + 1) ms, then as in a step.</summary>
    [Fact]
    public void A_round_of_local_steps_crosses_the_network_once()
    {
        var result = ClusterSimulation.Run(_spec with { Mode = UpdateMode.Parse("local:4") });
        Assert.Equal((8 * 4 * 0.011) + 0.012, result.StepMedian, 1e-9);
        Assert.Equal(4 * 32 / result.StepMedian, result.SamplesPerSecond, 1e-6);
    }
}
