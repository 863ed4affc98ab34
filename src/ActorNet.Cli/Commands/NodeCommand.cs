using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorNet.Cli.Http;
using ActorNet.Cli.Logs;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Data;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Commands;

/// <summary>actornet worker, actornet server and actornet node: processes that join a coordinator.</summary>
internal static class NodeCommand
{
    /// <summary>A node of workers.</summary>
    public static Command CreateWorker() => Create(
        "worker", "Join a coordinator and compute gradients, from now until stopped.", new Offer(Workers: true, Serves: false), askForRoles: false);

    /// <summary>A node of parameter servers.</summary>
    public static Command CreateServer() => Create(
        "server", "Join a coordinator and serve partitions of the parameters.", new Offer(Workers: false, Serves: true), askForRoles: false);

    /// <summary>A node of given roles.</summary>
    public static Command CreateNode() => Create(
        "node", "Join a coordinator in one role or both: the general form of worker and server.", new Offer(Workers: true, Serves: true), askForRoles: true);

    private static Command Create(string name, string description, Offer offer, bool askForRoles)
    {
        var join = new Setting("--join", "HOST:PORT[,…]", "The coordinator, where 'actornet train --listen' listens; several, when it may be on any of them.");
        var workers = new Setting("--workers", "K", "Worker actors, one thread each. Default: one per core.");
        var pace = new Setting(
            "--pace", "MS", "For trials: each slice takes at least so many milliseconds, as on a slower machine. Default 0.");
        var roles = new Setting("--roles", "ROLE[,…]", "worker, server, coordinator, with commas. Default worker,server.", Offer.Roles);
        var run = new Setting(
            "--run", "RUN_DIR", "With the coordinator role: the run, on storage that both share, to go on with when its coordinator is gone.");

        var cache = new Setting(
            "--shard-cache", "DIR", "Where shards are kept that the coordinator's node sends, when the data is not here. Default: 'shards' in the user's cache.");
        var cacheLimit = new Setting(
            "--shard-cache-limit", "SIZE", "What that folder may hold, e.g. 20GB: for more, sets go that no node uses. Default: half of the disk.");
        var exit = new Switch("--exit-when-done", "End with the first job instead of waiting for the next.");
        var quiet = new Switch("--quiet", "Print nothing but warnings and errors.");
        var node = new NodeFlags();
        var tls = new TlsFlags();
        var http = new HttpFlags(defaultPort: 0, canSteer: askForRoles);
        var log = new LogFlags();
        var data = new DataFlags("what the job names", hasFormat: false);
        var command = new Command(name, description);
        command.Options.Add(join.Option);
        if (askForRoles)
        {
            command.Options.Add(roles.Option);
            command.Options.Add(run.Option);
        }

        if (offer.Workers)
        {
            command.Options.Add(workers.Option);
            command.Options.Add(pace.Option);
            command.Options.Add(cache.Option);
            command.Options.Add(cacheLimit.Option);
        }

        data.AddTo(command);
        node.AddTo(command);
        tls.AddTo(command);
        http.AddTo(command);
        log.AddTo(command);
        command.Options.Add(exit.Option);
        command.Options.Add(quiet.Option);
        command.SetAction(parse =>
        {
            if (run.Find(parse) is { Source: var stray } && roles.Find(parse)?.Text.Contains("coordinator", StringComparison.Ordinal) != true)
            {
                throw new UsageException($"{stray} is for the coordinator role: add it to --roles, or leave it out.");
            }

            var own = roles.Find(parse) is { } said ? Offer.Parse(said) : offer;
            var options = node.Read(parse, tls.Read(parse), new HostPort("0.0.0.0", 0))! with
            {
                Join = Coordinators(join.Find(parse)),
                Workers = own.Workers ? workers.Find(parse)?.Positive() ?? Environment.ProcessorCount : 0,
                Pace = TimeSpan.FromMilliseconds(pace.Find(parse)?.NotNegative() ?? 0),
                Serves = own.Serves,
                ShardCache = cache.Find(parse)?.Text,
                ShardCacheLimit = cacheLimit.Find(parse)?.Bytes(),
            };
            var standBy = own.Coordinates
                ? run.Find(parse) ?? throw new UsageException("--run is missing: a standby needs the run's folder.")
                : (Said?)null;
            UsageException.Check((options with { Serves = own.Serves || own.Coordinates }).Validate);
            WarnOfUnknown(options.Join);
            var choice = data.Read(parse);
            var isQuiet = quiet.IsOn(parse);
            var endpoint = http.Read(parse, options.PublicHost, options.Certificates);
            var logs = log.Read(parse);
            return standBy is { } folderOfRun
                ? StandBy.RunAsync(options, endpoint, logs, folderOfRun, choice, isQuiet)
                : RunAsync(options, endpoint, logs, choice, exit.IsOn(parse), isQuiet);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        NodeOptions options, HttpOptions http, LogOptions? logs, DataChoice data, bool exitWhenDone, bool quiet)
    {
        using var log = logs is null ? null : new ProcessLog(logs);
        var view = new NodeView(Terminal.Output(), quiet || log is not null);
        using var interruption = new Interruption(beforeEnd: () => { });
        await using var endpoint = new NodeEndpoint(http, view.Warn);
        var monitor = new NodeMonitor();
        endpoint.Serve(monitor);
        view.Endpoint(endpoint);
        await ClusterNode.RunAsync(
            options with { Monitor = monitor, Loggers = log?.Loggers },
            job => OpenTraining(job, data),
            exitWhenDone,
            log is null ? view.Show : log.Write,
            interruption.Stop).ConfigureAwait(false);
        // Whoever ends a service with SIGTERM asked for just this; Ctrl+C interrupts.
        return interruption.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Done;
    }

    /// <summary>
    /// Opens a job's training set on this machine. The job names its data as the coordinator's machine knows it: a path that is not here is fetched from
    /// there, one that was asked for must be here.
    /// </summary>
    /// <returns>The set; null where this machine has none.</returns>
    internal static DataSet? OpenTraining(JobSpec job, DataChoice data)
    {
        var source = data.Over(job.Data.Name);
        return data.Name is null && !source.IsBuiltIn && !source.Exists
            ? null
            : TrainingData.Open(source.ToString(), data.Folder, job.Data, ModelArgument.Warn).Training;
    }

    private static HostPort[] Coordinators(Said? join) => join is { } said
        ? UsageException.Check(() => said.Text.Split(',', StringSplitOptions.TrimEntries).Select(text => HostPort.Parse(text, said.Source)).ToArray())
        : throw new UsageException("--join is missing: give the coordinator's host:port.");

    /// <summary>
    /// Says which names do not resolve. They may yet: a container's name is known only once it runs, and whoever starts a worker before its coordinator
    /// means it to wait.
    /// </summary>
    private static void WarnOfUnknown(IReadOnlyList<HostPort> coordinators)
    {
        foreach (var at in coordinators.Where(at => Uri.CheckHostName(at.Host) == UriHostNameType.Dns))
        {
            try
            {
                Dns.GetHostAddresses(at.Host);
            }
            catch (SocketException error)
            {
                ModelArgument.Warn($"{at} of --join cannot be found ({error.Message}): waits until the name is known; is it spelt right?");
            }
        }
    }

    /// <summary>What a node offers.</summary>
    /// <param name="Workers">Whether it computes.</param>
    /// <param name="Serves">Whether it takes partitions.</param>
    /// <param name="Coordinates">Whether it stands by to coordinate.</param>
    private sealed record Offer(bool Workers, bool Serves, bool Coordinates = false)
    {
        public static readonly string[] Roles = ["worker", "server", "coordinator"];

        public static Offer Parse(Said said)
        {
            var roles = said.Text.Split(',', StringSplitOptions.TrimEntries);
            return roles.All(Roles.Contains)
                ? new Offer(roles.Contains("worker"), roles.Contains("server"), roles.Contains("coordinator"))
                : throw said.Wrong("worker, server, coordinator, with commas");
        }
    }
}
