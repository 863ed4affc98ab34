using ActorNet.Cluster.Security;
using ActorNet.Cluster.Transfer;
using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace ActorNet.Cluster.Hosting;

/// <summary>A node of workers or parameter servers that joins a coordinator of another process.</summary>
public static class ClusterNode
{
    /// <summary>Leaving the cluster must not take longer: who stops a node waits for it.</summary>
    private static readonly TimeSpan _leaving = TimeSpan.FromSeconds(3);

    /// <summary>A coordinator that was lost, and is not back after so long, may have ended its run without this node. As long as a coordinator waits for nodes.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Waits for a coordinator, works on its job, and waits for the next; a node that loses its cluster starts anew and joins again. Returns when asked to
    /// stop, or after a job when that was asked for.
    /// </summary>
    /// <param name="options">How the node is found and what it offers.</param>
    /// <param name="openTraining">
    /// Opens the training set of a job, without its held-out part; null where this node has none, and should get what it needs of a sharded one from the
    /// coordinator's node.
    /// </param>
    /// <param name="exitWhenDone">Whether to return when the first job is over. A coordinator that was lost is then looked for for ten minutes; the first one, and any without this, for ever.</param>
    /// <param name="observer">Sees what happens, one event at a time.</param>
    /// <param name="stop">Asks to hand over what the node has in lease and to leave.</param>
    /// <exception cref="ActorNetException">
    /// The options make no sense, the coordinator refuses the node, the job it ended with has failed, or the coordinator of the job that it was to end with is not found again.
    /// </exception>
    public static async Task RunAsync(
        NodeOptions options, Func<JobSpec, DataSet?> openTraining, bool exitWhenDone, Action<NodeEvent>? observer = null, CancellationToken stop = default)
    {
        options.Validate();
        ListenCheck.Require(options);
        if (options.Join.Count == 0)
        {
            throw new ActorNetException("a node needs a coordinator to join: give host:port.");
        }

        for (TimeSpan? patience = null; ; patience = exitWhenDone ? _patience : null)
        {
            var session = new NodeSession(observer, TimeProvider.System, patience);
            await RunOnceAsync(options, openTraining, session, stop);
            var end = await session.End;
            if (stop.IsCancellationRequested || session.IsAskedToLeave || (exitWhenDone && end is NodeEvent.JobEnded { Error: null }))
            {
                return;
            }

            if (exitWhenDone && end is NodeEvent.JobEnded { Error: { } error })
            {
                throw new ActorNetException($"the run has failed: {error}");
            }
        }
    }

    private static async Task RunOnceAsync(
        NodeOptions options, Func<JobSpec, DataSet?> openTraining, NodeSession session, CancellationToken stop)
    {
        var id = NodeNames.Create(options);
        var tls = NodeTls.Of(options.Certificates, session.Warned);
        using var link = new NodeLink(LinkSettings.Of(id, options, tls), options);
        using var node = new LocalNode(
            id, options.Workers, options.Serves, offer => JobPreparation.Prepare(offer, openTraining, link.Settings, options), link, options.Secret)
        {
            Monitor = options.Monitor,
        };
        using var host = NodeHost.Build(options, node, session, tls, job: null);
        await NodeHost.StartAsync(host);
        options.Monitor?.Bind(host.Services.MembersOf());
        session.Begin(id, options.Join);
        try
        {
            var agent = host.Services.GetRequiredService<ActorRegistry>().Get<NodeAgent>();
            await using var _ = stop.Register(() => session.Drain(agent));
            var system = host.Services.GetRequiredService<ActorSystem>();
            var cluster = Akka.Cluster.Cluster.Get(system);
            using var watch = new Timer(_ => session.Watch(isMember: !cluster.State.Members.IsEmpty), null, NodeSession.WatchInterval, NodeSession.WatchInterval);
            system.RegisterOnTermination(() => session.Lose("the node was put out of the cluster"));
            await session.End;
        }
        finally
        {
            using var deadline = new CancellationTokenSource(_leaving);
            await host.StopAsync(deadline.Token);
        }
    }
}
