using ActorNet.Cluster.Monitoring;
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

    private void See(NodeEvent happened) =>
        News(happened.Severity == Severity.Info ? LogLevel.Information : LogLevel.Warning, happened.Message);

    [LoggerMessage("{Message}")]
    private partial void News(LogLevel level, string message);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private partial void Warn(string message);

    [LoggerMessage(LogLevel.Critical, "{Message}")]
    private partial void Failed(string message);
}
