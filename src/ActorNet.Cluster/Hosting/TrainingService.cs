using ActorNet.Cluster.Monitoring;
using ActorNet.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace ActorNet.Cluster.Hosting;

/// <summary>A training as a part of a service, added by <see cref="ActorNetHosting.AddActorNetTraining(IHostApplicationBuilder, Func{IServiceProvider, TrainingRequest}, Action{NodeServiceOptions}?)"/>.</summary>
public sealed partial class TrainingService : BackgroundService
{
    private readonly TaskCompletionSource<TrainingOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IServiceProvider _services;
    private readonly Func<IServiceProvider, TrainingRequest> _request;
    private readonly IOptions<NodeServiceOptions> _options;
    private readonly NodeServiceValidator _validator;
    private readonly IHostApplicationLifetime _lifetime;
    private readonly ILogger<TrainingService> _log;

    /// <summary>Made by the service's container.</summary>
    internal TrainingService(IServiceProvider services, Func<IServiceProvider, TrainingRequest> request)
    {
        _services = services;
        _request = request;
        _options = services.GetRequiredService<IOptions<NodeServiceOptions>>();
        _validator = services.GetRequiredService<NodeServiceValidator>();
        _lifetime = services.GetRequiredService<IHostApplicationLifetime>();
        _log = services.GetRequiredService<ILogger<TrainingService>>();
    }

    /// <summary>What happens, one event at a time, on a thread of the run. Add to it before the service starts.</summary>
    public event Action<TrainingEvent>? Happened;

    /// <summary>What the training comes to; its <see cref="ActorNetException"/> when it fails.</summary>
    public Task<TrainingOutcome> Outcome => _outcome.Task;

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        try
        {
            _outcome.TrySetResult(await ClusterTrainer.TrainAsync(Request(), See, stoppingToken).ConfigureAwait(false));
        }
        catch (OperationCanceledException)
        {
            _outcome.TrySetCanceled(CancellationToken.None);
        }
        catch (ActorNetException error)
        {
            Environment.ExitCode = 1;
            Failed(error.Message);
            _outcome.TrySetException(error);
            _lifetime.StopApplication();
        }

        catch (Exception error)
        {
            _outcome.TrySetException(error);
            throw;
        }

        if (_options.Value.ExitWhenDone)
        {
            _lifetime.StopApplication();
        }
    }

    private TrainingRequest Request()
    {
        var options = _options.Value;
        var request = _request(_services);
        return request with
        {
            Node = _validator.ToNode(options, Warn),
            Workers = options.Workers ?? request.Workers,
            MinWorkers = Math.Max(options.MinWorkers, request.MinWorkers),
            MinServers = Math.Max(options.MinServers, request.MinServers),
        };
    }

    private void See(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.EpochDone { Result: var epoch }:
                EpochDone(epoch.Epoch, epoch.TestAccuracy);
                break;
            case TrainingEvent.AlertRaised { IsEcho: true } or TrainingEvent.AlertCleared { IsEcho: true }:
                break;
            case { Message: { } message }:
                News(happened.Severity == Severity.Info ? LogLevel.Information : LogLevel.Warning, message);
                break;
        }

        Happened?.Invoke(happened);
    }

    [LoggerMessage(LogLevel.Information, "epoch {Epoch}: test accuracy {Accuracy:P2}")]
    private partial void EpochDone(int epoch, double accuracy);

    [LoggerMessage("{Message}")]
    private partial void News(LogLevel level, string message);

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private partial void Warn(string message);

    [LoggerMessage(LogLevel.Critical, "{Message}")]
    private partial void Failed(string message);
}
