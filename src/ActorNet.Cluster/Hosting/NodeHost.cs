using ActorNet.Cluster.Coordinator;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Cluster.Security;
using ActorNet.Cluster.Serialization;
using ActorNet.Core;
using Akka.Actor;
using Akka.Cluster.Hosting;
using Akka.Hosting;
using Akka.Remote.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cluster.Hosting;

/// <summary>Puts a node's actor system together: its configuration, the coordinator or the way to it, and the agent.</summary>
internal static class NodeHost
{
    private const string SystemName = "actornet";
    private const string SingletonName = "coordinator";

    /// <summary>A host with one node.</summary>
    /// <param name="options">How it is found, and how it finds others.</param>
    /// <param name="node">What its actors share.</param>
    /// <param name="observer">Sees what happens to it.</param>
    /// <param name="tls">TLS of its connections; null for none.</param>
    /// <param name="job">The job to coordinate; null for a node that joins.</param>
    public static IHost Build(NodeOptions options, LocalNode node, INodeObserver observer, NodeTls? tls, CoordinatedJob? job)
    {
        var own = OwnSettings.Parse(options.Hocon ?? "");
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        if (options.Loggers is { } loggers)
        {
            builder.Services.AddSingleton(loggers);
        }
        else if (own.LogLevel is not null)
        {
            // stdout belongs to the program.
            builder.Logging.SetMinimumLevel(LogLevel.Debug).AddFilter("Microsoft", LogLevel.Warning).AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        }

        builder.Services.AddAkka(SystemName, akka => Configure(akka, options, own, node, observer, tls, job));
        return builder.Build();
    }

    /// <summary>Starts a host.</summary>
    /// <exception cref="ActorNetException">It cannot start.</exception>
    public static async Task StartAsync(IHost host)
    {
        try
        {
            await host.StartAsync(CancellationToken.None);
        }
        catch (Exception error)
        {
            throw new ActorNetException($"the node cannot start: {error.GetBaseException().Message} Look at where it listens, and at its own settings of Akka.NET.", error);
        }
    }

    /// <summary>Says who is in a host's cluster, from any thread.</summary>
    public static Func<IReadOnlyList<ClusterMember>> MembersOf(this IServiceProvider services)
    {
        var cluster = Akka.Cluster.Cluster.Get(services.GetRequiredService<ActorSystem>());
        return () =>
        {
            var state = cluster.State;
            return
            [
                .. state.Members.Select(member => new ClusterMember(
                    $"{member.Address.Host}:{member.Address.Port}",
                    [.. member.Roles.Order()],
                    member.Status.ToString().ToLowerInvariant(),
                    !state.Unreachable.Contains(member),
                    member.UniqueAddress.Equals(cluster.SelfUniqueAddress))),
            ];
        };
    }

    private static void Configure(
        AkkaConfigurationBuilder akka, NodeOptions options, OwnSettings own, LocalNode node, INodeObserver observer, NodeTls? tls, CoordinatedJob? job)
    {
        var level = own.LogLevel ?? LevelOf(options.Loggers);
        akka.ConfigureLoggers(loggers =>
        {
            loggers.ClearLoggers();
            loggers.LogLevel = level;
            loggers.AddLoggerFactory();
        });
        akka.AddHocon(ComputeDispatchers.Hocon(node.Threads) + SplitBrain.Hocon + _hocon, HoconAddMode.Prepend);
        akka.WithRemoting(new RemoteOptions
        {
            HostName = options.Listen.Host,
            Port = options.Listen.Port,
            PublicHostName = options.Advertised,
        });
        akka.WithClustering(new ClusterOptions
        {
            Roles = job is null ? ["node"] : [SplitBrain.CoordinatorRole],
            SeedNodes = [.. options.Join.Select(seed => $"{(tls is null ? "akka.tcp" : "akka.ssl.tcp")}://{SystemName}@{seed}")],
        });
        akka.AddHocon(own.Config, HoconAddMode.Prepend);
        if (tls is not null)
        {
            akka.AddSetup(new SecureTransport.Certificates(tls));
            akka.AddHocon($"akka.remote.dot-netty.tcp.transport-class = \"{typeof(SecureTransport).AssemblyQualifiedName}\"", HoconAddMode.Prepend);
        }

        if (job is null)
        {
            akka.WithSingletonProxy<JobKeeper>(SingletonName, new ClusterSingletonOptions { Role = SplitBrain.CoordinatorRole });
        }
        else
        {
            akka.AddStartup((system, _) => Akka.Cluster.Cluster.Get(system).Join(Akka.Cluster.Cluster.Get(system).SelfAddress));
            akka.WithSingleton<JobKeeper>(
                SingletonName, Props.Create(() => new JobKeeper(job, node)), new ClusterSingletonOptions { Role = SplitBrain.CoordinatorRole });
        }

        akka.WithActors((system, registry) =>
        {
            job?.Settings.Starting?.Invoke(system);
            registry.Register<NodeAgent>(system.ActorOf(NodeAgent.Props(registry.Get<JobKeeper>(), node, observer), "node"));
        });
    }

    /// <summary>From which level on Akka.NET has to say something: what nobody would write it need not put together.</summary>
    private static Akka.Event.LogLevel LevelOf(ILoggerFactory? loggers)
    {
        var log = loggers?.CreateLogger("Akka");
        return log?.IsEnabled(LogLevel.Debug) == true ? Akka.Event.LogLevel.DebugLevel
            : log?.IsEnabled(LogLevel.Information) == true ? Akka.Event.LogLevel.InfoLevel
            : Akka.Event.LogLevel.WarningLevel;
    }

    private static readonly string _hocon =
        $$"""
        actornet.checkpoint-writer {
          type = PinnedDispatcher
        }
        akka {
          stdout-loglevel = OFF
          stdout-logger-class = "{{typeof(NoStdoutLogger).AssemblyQualifiedName}}"
          log-dead-letters = off
          actor {
            serializers.actornet = "{{typeof(WireSerializer).AssemblyQualifiedName}}"
            serialization-bindings { "{{typeof(IWireMessage).AssemblyQualifiedName}}" = actornet }
            # A message that nobody gave a serializer would travel as JSON with type names in it: it must not travel at all.
            serialization-settings.allow-unregistered-types = false
          }
          coordinated-shutdown.run-by-clr-shutdown-hook = off
          coordinated-shutdown.exit-clr = off
          # A node must be gone within five seconds, also when nobody is left to say goodbye to.
          coordinated-shutdown.default-phase-timeout = 1s
          coordinated-shutdown.phases.cluster-exiting.timeout = 1s
          # A worker that hangs in its data must not hold up the news of it.
          coordinated-shutdown.phases.actor-system-terminate.timeout = 2s
          # One node forms its cluster by itself: it need not wait a second for gossip with nobody.
          cluster.periodic-tasks-initial-delay = 10ms
          # Nodes may be started before the coordinator: they look for it twice a second.
          cluster.seed-node-timeout = 500ms
          cluster.retry-unsuccessful-join-after = 2s
          remote.retry-gate-closed-for = 500ms
          remote.dot-netty.tcp.client-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
          remote.dot-netty.tcp.server-socket-worker-pool { pool-size-min = 1, pool-size-max = 1 }
          cluster.leader-actions-interval = 50ms
          cluster.singleton.hand-over-retry-interval = 50ms
          cluster.singleton-proxy.singleton-identification-interval = 50ms
          cluster.singleton-proxy.log-singleton-identification-failure = off
        }
        """;
}
