using System.Runtime.InteropServices;
using ActorNet.Cli.Http;
using ActorNet.Cli.Logs;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Runs;
using ActorNet.Cli.Settings;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Commands;

/// <summary>
/// A node with the coordinator role beside the one that trains: works or serves like any other, and takes the run over when its folder is free. The lock of
/// the folder, which the system lets go of when a process ends, decides who goes on: never two.
/// </summary>
internal static class StandBy
{
    /// <summary>Stands by until the run is over or this node is asked to stop.</summary>
    /// <returns>The exit code.</returns>
    public static async Task<int> RunAsync(
        NodeOptions options, HttpOptions http, LogOptions? logs, Said folder, DataChoice data, bool quiet)
    {
        using var log = logs is null ? null : new ProcessLog(logs);
        using var view = new TrainingView(Terminal.Output(), quiet || log is not null);
        using var interruption = new Interruption(beforeEnd: view.Leave);
        var nodeView = new NodeView(Terminal.Output(), quiet || log is not null);
        await using var endpoint = new NodeEndpoint(http, nodeView.Warn);
        var monitor = new NodeMonitor();
        endpoint.Serve(monitor);
        nodeView.StandsBy(folder.Text);
        nodeView.Endpoint(endpoint);
        using var run = await WaitAsync(
            options with { Monitor = monitor, Loggers = log?.Loggers }, folder.Text, data, log is null ? nodeView.Show : log.Write, interruption.Stop).ConfigureAwait(false);
        if (run is null)
        {
            return interruption.Signal == PosixSignal.SIGINT ? ExitCode.Interrupted : ExitCode.Done;
        }

        var train = new TrainOptions
        {
            Node = options with { Join = [], Serves = true },
            Http = http,
            Log = logs,
            Workers = options.Workers,
            Resume = folder,
            DataFolder = data.Folder is { } path ? new Said(path, "--data-dir") : null,
        };
        var plan = ResumedRun.Plan(train, [], view.Warn);
        if (plan.IsFinished)
        {
            nodeView.Show(new NodeEvent.JobEnded(null));
            return ExitCode.Done;
        }

        nodeView.TakesOver(folder.Text);
        return await TrainCommand.TrainAsync(plan, train, run, view, endpoint, interruption.Stop).ConfigureAwait(false);
    }

    /// <summary>Works as any other node until the folder is free.</summary>
    /// <returns>The folder; null when asked to stop.</returns>
    private static async Task<RunFolder?> WaitAsync(
        NodeOptions options, string folder, DataChoice data, Action<NodeEvent> see, CancellationToken stop)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var work = options is { Workers: 0, Serves: false }
            ? Task.Delay(Timeout.Infinite, over.Token)
            : ClusterNode.RunAsync(
                options, job => NodeCommand.OpenTraining(job, data), exitWhenDone: false, see, over.Token);
        try
        {
            var free = RunFolder.OpenWhenFreeAsync(folder, over.Token);
            await (await Task.WhenAny(free, work).ConfigureAwait(false)).ConfigureAwait(false);
            return await free.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await over.CancelAsync().ConfigureAwait(false);
            await work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
