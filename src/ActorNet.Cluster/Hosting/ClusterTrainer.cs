using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.Core.Training.Modes;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ActorNet.Cluster.Hosting;

/// <summary>Trains a job with coordinator, parameter servers and workers as actors on a one-node cluster in this process.</summary>
public static class ClusterTrainer
{
    private const double OperationsPerWorker = 5e6;

    /// <summary>A node that nobody joins.</summary>
    private static readonly NodeOptions _alone = new() { Listen = new HostPort("127.0.0.1", 0), Serves = true };

    /// <summary>
    /// Workers that a job is worth on this machine: one per core, at most the slices, and no more than its steps can feed. Handing a step from thread to
    /// thread costs some ten microseconds; a second worker pays from about five million operations each on, so the book's 784-30-10 has one.
    /// </summary>
    /// <param name="job">The job.</param>
    public static int DefaultWorkers(JobSpec job)
    {
        ArgumentNullException.ThrowIfNull(job);

        // Forward, backward by weights and backward by inputs: as many operations each (Nielsen, chapter 2).
        var operations = 3 * Network.Create(job.Model).Layers.Sum(layer => layer.Operations) * job.SamplesPerUpdate;
        var worth = (int)Math.Clamp(operations / OperationsPerWorker, 1, int.MaxValue);
        return Math.Min(worth, Math.Min(Environment.ProcessorCount, job.Slices));
    }

    /// <summary>Trains to the end of the job.</summary>
    /// <param name="request">The job and how to train it.</param>
    /// <param name="observer">Sees what happens, one event at a time.</param>
    /// <param name="stop">Asks to finish the step, write a checkpoint and end with <see cref="EndReason.Stopped"/>.</param>
    /// <exception cref="ActorNetException">Training failed; the message names the first cause.</exception>
    /// <exception cref="OperationCanceledException">It was asked to stop while it waited for other nodes: nothing was trained.</exception>
    public static Task<TrainingOutcome> TrainAsync(
        TrainingRequest request, Action<TrainingEvent>? observer = null, CancellationToken stop = default) =>
        TrainAsync(request, request.Node is null ? new RunSettings() : RunSettings.OfCluster, observer, stop);

    /// <summary>Trains to the end of the job, guarded and watched in another way than usual.</summary>
    internal static async Task<TrainingOutcome> TrainAsync(
        TrainingRequest request, RunSettings settings, Action<TrainingEvent>? observer, CancellationToken stop)
    {
        Validate(request);
        if (request.Node is { } node)
        {
            node.Validate();
            ListenCheck.Require(node);
        }

        var setup = new TrainingSetup(request.Job, request.Training);
        var start = JobStart.Of(request, setup);
        using var writing = request.CheckpointFolder is { } folder ? CheckpointStore.HoldForWriting(folder) : null;
        JobRuntime Prepare(JobOffer offer)
        {
            var runtime = new JobRuntime(setup, offer.Partitions, offer.Incarnation, offer.Replicas);
            settings.Prepared?.Invoke(runtime);
            return runtime;
        }

        var id = request.Node is null ? "local" : NodeNames.Create(request.Node);
        CoordinatedJob? watched = null;
        var tls = NodeTls.Of(request.Node?.Certificates, message => watched?.Raise(new TrainingEvent.PeerRefused(message)));
        using var link = request.Node is { } where ? new NodeLink(LinkSettings.Of(id, where, tls), where) : null;
        using var shards = link is not null && setup.Data.Sharded is { } sharded ? new ShardServer(link.Settings, request.Node!, sharded) : null;
        start = start with { Incarnation = TakeIncarnation(request, request.Resume?.Progress.Incarnation ?? 0) };
        var job = watched = new CoordinatedJob(request, setup, start, settings, observer) { Shards = shards?.Source };
        using var local = new LocalNode(id, request.Workers, request.Node?.Serves ?? true, Prepare, link, request.Node?.Secret) { Monitor = request.Control?.Node };
        using var host = NodeHost.Build((request.Node ?? _alone) with { Loggers = request.Loggers ?? request.Node?.Loggers }, local, new SilentObserver(), tls, job);
        await NodeHost.StartAsync(host);
        try
        {
            Announce(host, request, job);
            var coordinator = host.Services.GetRequiredService<ActorRegistry>().Get<JobKeeper>();
            request.Control?.Node.Bind(host.Services.MembersOf());
            request.Control?.Bind((command, cancel) => coordinator.Ask<CommandAnswer>(command, cancel), host.Services.MembersOf());
            await using var _ = stop.Register(() => coordinator.Tell(JobKeeper.StopRequested.Instance));
            await job.RequireCoordinator();
            return await job.Outcome;
        }
        finally
        {
            request.Control?.Bind(null, () => []);
            await host.StopAsync(CancellationToken.None);
        }
    }

    /// <summary>The number of a new reign over a request's job.</summary>
    internal static int TakeIncarnation(TrainingRequest request, int last) =>
        request.CheckpointFolder is { } folder ? CheckpointStore.TakeIncarnation(folder, last) : last + 1;

    /// <summary>Says where others join: the port may be one that was free.</summary>
    private static void Announce(IHost host, TrainingRequest request, CoordinatedJob job)
    {
        if (request.Node is { } options)
        {
            var address = host.Services.GetRequiredService<ActorSystem>() is ExtendedActorSystem { Provider.DefaultAddress: var own } ? own : null;
            job.Raise(new TrainingEvent.Listening(new HostPort(options.Advertised, address?.Port ?? options.Listen.Port).ToString()));
        }
    }

    /// <summary>Checks that hosts of one partition would apply its parts in one order.</summary>
    /// <exception cref="ActorNetException">There are standbys, and the mode applies parts as they arrive.</exception>
    internal static void RequireOneOrder(JobSpec job, int replicas)
    {
        if (replicas > 0 && UpdateMode.Parse(job.Mode) is UpdateMode.Stale)
        {
            throw new ActorNetException(
                $"replicas is {replicas}, and the mode is {job.Mode}, in which two hosts would apply parts in different orders and differ: leave replicas out, or choose sync or local:H.");
        }
    }

    private static void Validate(TrainingRequest request)
    {
        if (request.Workers < (request.Node is null ? 1 : 0))
        {
            throw new ActorNetException(
                $"workers is {request.Workers}: it must be 1 or more, or 0 where other nodes can join.");
        }

        if (request.Servers is < 1)
        {
            throw new ActorNetException($"servers is {request.Servers}: it must be 1 or more.");
        }

        if (request.Replicas is < 0 or > 1)
        {
            throw new ActorNetException($"replicas is {request.Replicas}: it must be 0, or 1 for a standby of each partition on another node.");
        }

        RequireOneOrder(request.Job, request.Replicas);

        EpochResults.RequireHeldOut(request.Job, request.Validation);
        if (request.CheckpointEvery < 0)
        {
            throw new ActorNetException($"checkpoint-every is {request.CheckpointEvery}: it must be 0 or more.");
        }

        if (request.KeepCheckpoints < 1)
        {
            throw new ActorNetException($"keep is {request.KeepCheckpoints}: it must be 1 or more.");
        }

        if (request.MinWorkers < 1 || request.MinServers < 1)
        {
            throw new ActorNetException($"min-workers is {request.MinWorkers} and min-servers {request.MinServers}: each must be 1 or more.");
        }
    }
}
