using ActorNet.Core;
using ActorNet.Core.Data;
using ActorNet.Core.Training;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorNet.Cluster.Hosting;

/// <summary>A node of workers or servers as a part of a service.</summary>
internal sealed partial class NodeService(
    IOptions<NodeServiceOptions> options,
    NodeServiceValidator validator,
    Func<JobSpec, DataSet?> openTraining,
    IHostApplicationLifetime lifetime,
    ILogger<NodeService> log) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            var node = validator.ToNode(options.Value, Warn);
            await ClusterNode.RunAsync(node, openTraining, options.Value.ExitWhenDone, See, stoppingToken).ConfigureAwait(false);
        }
        catch (ActorNetException error)
        {
            Environment.ExitCode = 1;
            Failed(error.Message);
        }

        lifetime.StopApplication();
    }

    private void See(NodeEvent happened)
    {
        switch (happened)
        {
            case NodeEvent.Waiting waiting:
                Waits(waiting.Node, string.Join(" or ", waiting.Coordinators));
                break;
            case NodeEvent.Joined joined:
                Joined(joined.JobHash);
                break;
            case NodeEvent.AskedToLeave asked:
                Warn($"{asked.By} asked it to leave: it hands over what it has, and ends");
                break;
            case NodeEvent.Lost lost:
                Warn($"{lost.Reason}; starting anew");
                break;
            case NodeEvent.JobEnded { Error: { } error }:
                Warn($"the run has failed: {error}");
                break;
            case NodeEvent.JobEnded:
                Over();
                break;
        }
    }

    [LoggerMessage(LogLevel.Information, "{Node} waits for a coordinator at {Coordinators}")]
    private partial void Waits(string node, string coordinators);

    [LoggerMessage(LogLevel.Information, "joined job {Job}")]
    private partial void Joined(string job);

    [LoggerMessage(LogLevel.Information, "the run is over")]
    private partial void Over();

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private partial void Warn(string message);

    [LoggerMessage(LogLevel.Critical, "{Message}")]
    private partial void Failed(string message);
}
