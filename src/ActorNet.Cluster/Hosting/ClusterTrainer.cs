using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Servers;
using ActorNet.Cluster.Workers;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cluster.Hosting;

/// <summary>Trains a job with coordinator, parameter servers and workers as actors on a one-node cluster in this process.</summary>
public static class ClusterTrainer
{
    private const double OperationsPerWorker = 5e6;
    private const string SystemName = "actornet";
    private const string CoordinatorRole = "coordinator";

    /// <summary>
    /// Workers that a job is worth on this machine: one per core, at most the slices, and no more than its steps can feed. Handing a step from thread to
    /// thread costs some ten microseconds; a second worker pays from about five million operations each on, so the book's 784-30-10 has one.
    /// </summary>
    /// <param name="job">The job.</param>
    public static int DefaultWorkers(JobSpec job)
    {
        ArgumentNullException.ThrowIfNull(job);

        // Forward, backward by weights and backward by inputs: two operations a parameter and sample each (Nielsen, chapter 2).
        var operations = 6.0 * Network.Create(job.Model).Layout.Length * job.BatchSize;
        var worth = (int)Math.Clamp(operations / OperationsPerWorker, 1, int.MaxValue);
        return Math.Min(worth, Math.Min(Environment.ProcessorCount, job.Slices));
    }

    /// <summary>Trains to the end of the job.</summary>
    /// <param name="request">The job and how to train it.</param>
    /// <param name="observer">Sees what happens, one event at a time.</param>
    /// <param name="stop">Asks to finish the step, write a checkpoint and end with <see cref="EndReason.Stopped"/>.</param>
    /// <exception cref="ActorNetException">Training failed; the message names the first cause.</exception>
    public static Task<TrainingOutcome> TrainAsync(
        TrainingRequest request, Action<TrainingEvent>? observer = null, CancellationToken stop = default) =>
        TrainAsync(request, new RunSettings(), observer, stop);

    /// <summary>Trains to the end of the job, guarded and watched in another way than usual.</summary>
    internal static async Task<TrainingOutcome> TrainAsync(
        TrainingRequest request, RunSettings settings, Action<TrainingEvent>? observer, CancellationToken stop)
    {
        Validate(request);
        var setup = new TrainingSetup(request.Job, request.Training);
        var runtime = new JobRuntime(setup);
        var job = new CoordinatedJob(request, runtime, WriteStart(request, setup, runtime), settings, observer);
        using var writing = request.CheckpointFolder is { } folder ? CheckpointStore.HoldForWriting(folder) : null;
        using var host = BuildHost(job);
        await host.StartAsync(CancellationToken.None);
        try
        {
            var coordinator = host.Services.GetRequiredService<ActorRegistry>().Get<JobCoordinator>();
            await using var _ = stop.Register(() => coordinator.Tell(JobCoordinator.StopRequested.Instance));
            await job.RequireCoordinator();
            return await job.Outcome;
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static void Validate(TrainingRequest request)
    {
        if (request.Workers < 1)
        {
            throw new ActorNetException($"workers is {request.Workers}: it must be 1 or more.");
        }

        if (request.Servers < 1)
        {
            throw new ActorNetException($"servers is {request.Servers}: it must be 1 or more.");
        }

        if (request.CheckpointEvery < 0)
        {
            throw new ActorNetException($"checkpoint-every is {request.CheckpointEvery}: it must be 0 or more.");
        }

        if (request.KeepCheckpoints < 1)
        {
            throw new ActorNetException($"keep is {request.KeepCheckpoints}: it must be 1 or more.");
        }
    }

    /// <summary>Writes the first weights into the buffer of their version.</summary>
    private static StartingPoint WriteStart(TrainingRequest request, TrainingSetup setup, JobRuntime runtime)
    {
        if (request.Resume is { } checkpoint)
        {
            return Resume(checkpoint, setup, runtime);
        }

        var weights = runtime.Weights(0).Span;
        if (request.StartWeights is { } given)
        {
            if (given.Length != weights.Length)
            {
                throw new ActorNetException($"The weights to start from are {given.Length} floats, the network has {weights.Length}.");
            }

            given.Span.CopyTo(weights);
        }
        else
        {
            setup.Network.Initialise(weights, setup.Job.Seed);
        }

        return new StartingPoint(0, null, default, null);
    }

    private static StartingPoint Resume(Checkpoint checkpoint, TrainingSetup setup, JobRuntime runtime)
    {
        if (checkpoint.JobHash != setup.Job.Hash)
        {
            throw new ActorNetException($"The checkpoint belongs to job {checkpoint.JobHash}, not to {setup.Job.Hash}.");
        }

        var progress = checkpoint.Progress;
        if (progress.Finished)
        {
            throw new ActorNetException("This job is finished: ask for more epochs than it had to train on.");
        }

        var layout = setup.Network.Layout;
        var snapshot = new Snapshot(layout.Length, setup.Job.Optimizer.Create().StateCount);
        snapshot.Load(layout, checkpoint);
        snapshot.Weights.Span.CopyTo(runtime.Weights(progress.Version).Span);
        var samples = (int)(progress.Ledger?.Slices.Sum(slice => slice.Count) ?? 0);
        var running = new Score(samples, progress.PartialCost, (int)progress.PartialCorrect);
        return new StartingPoint(progress.Version, progress.Ledger, running, snapshot);
    }

    private static IHost BuildHost(CoordinatedJob job)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddAkka(SystemName, akka => akka
            .ConfigureLoggers(loggers =>
            {
                loggers.ClearLoggers();
                loggers.LogLevel = Akka.Event.LogLevel.WarningLevel;
                loggers.AddLoggerFactory();
            })
            .AddHocon(NodeHocon(job.Request.Workers), HoconAddMode.Prepend)
            .WithRemoting(new RemoteOptions { HostName = "127.0.0.1", Port = 0 })
            .WithClustering(new ClusterOptions { Roles = [CoordinatorRole] })
            .AddStartup((system, _) =>
            {
                var cluster = Akka.Cluster.Cluster.Get(system);
                cluster.Join(cluster.SelfAddress);
            })
            .WithSingleton<JobCoordinator>(
                "coordinator", Props.Create(() => new JobCoordinator(job)), new ClusterSingletonOptions { Role = CoordinatorRole })
            .WithActors((system, registry) =>
            {
                job.Settings.Starting?.Invoke(system);
                StartNode(system, registry.Get<JobCoordinator>(), job.Request);
            }));
        return builder.Build();
    }

    private static void StartNode(ActorSystem system, IActorRef coordinator, TrainingRequest request)
    {
        for (var i = 0; i < request.Servers; i++)
        {
            system.ActorOf(ParameterServer.Props(coordinator, i % request.Workers), $"server-{i:D3}");
        }

        system.ActorOf(WorkerNode.Props(coordinator, request.Workers), "worker-node");
    }

    private static string NodeHocon(int workers) =>
        ComputeDispatchers.Hocon(workers) +
        """
        actornet.checkpoint-writer {
          type = PinnedDispatcher
        }
        akka {
          loglevel = WARNING
          stdout-loglevel = OFF
          log-dead-letters = off
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          coordinated-shutdown.exit-clr = off
          # A worker that hangs in its data must not hold up the news of it.
          coordinated-shutdown.phases.actor-system-terminate.timeout = 2s
          # One node forms its cluster by itself: it need not wait a second for gossip with nobody.
          cluster.periodic-tasks-initial-delay = 10ms
          remote.dot-netty.tcp.client-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
          remote.dot-netty.tcp.server-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
          cluster.leader-actions-interval = 50ms
          cluster.singleton.hand-over-retry-interval = 50ms
          cluster.singleton-proxy.singleton-identification-interval = 50ms
          cluster.singleton-proxy.log-singleton-identification-failure = off
        }
        """;
}
