using ActorNet.Core.Data;
using ActorNet.Core.Data.Formats;
using ActorNet.Core.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace ActorNet.Cluster.Hosting;

/// <summary>
/// Puts a worker, a server or a training inside a .NET service of one's own. The node has an actor system of its own, made with Akka.Hosting, beside any that the
/// service has: a node that loses its cluster must end its system and start another, and its compute threads are no business of the service's actors.
/// </summary>
public static class ActorNetHosting
{
    /// <summary>
    /// Adds a node of workers or parameter servers that joins a coordinator, with the options of the section ActorNet of the service's configuration. When the
    /// service stops, the node hands over what it has in lease and leaves; when the coordinator refuses it, the service stops with exit code 1.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="openTraining">
    /// Opens the training set of a job, without its held-out part, or returns null where this machine has none, and should get what it needs of a sharded one from the
    /// coordinator's; null to open the set that the job names, if it is here.
    /// </param>
    public static IHostApplicationBuilder AddActorNetNode(
        this IHostApplicationBuilder builder, Action<NodeServiceOptions>? configure = null, Func<JobSpec, DataSet?>? openTraining = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<NodeServiceOptions>(builder.Configuration.GetSection(NodeServiceOptions.Section));
        builder.Services.AddActorNetNode(configure, openTraining);
        return builder;
    }

    /// <summary>Adds a node that joins a coordinator, without any configuration but the options given here.</summary>
    /// <inheritdoc cref="AddActorNetNode(IHostApplicationBuilder, Action{NodeServiceOptions}?, Func{JobSpec, DataSet}?)"/>
    /// <param name="services">The service's parts.</param>
    /// <param name="configure">Says the options.</param>
    /// <param name="openTraining">
    /// Opens the training set of a job, without its held-out part, or returns null where this machine has none, and should get what it needs of a sharded one from the
    /// coordinator's; null to open the set that the job names, if it is here.
    /// </param>
    public static IServiceCollection AddActorNetNode(
        this IServiceCollection services, Action<NodeServiceOptions>? configure = null, Func<JobSpec, DataSet?>? openTraining = null)
    {
        AddOptions(services, configure, new NodeServiceValidator(trains: false));
        return services.AddHostedService(provider => ActivatorUtilities.CreateInstance<NodeService>(provider, openTraining ?? OpenNamed));
    }

    /// <summary>
    /// Adds a training: this service coordinates a job, serves its parameters, and lets other nodes join, with the options of the section ActorNet of the service's
    /// configuration. <see cref="TrainingService"/>, a part of the service from then on, has what comes of it. When the service stops, the training stops at the next
    /// step, with a checkpoint.
    /// </summary>
    /// <param name="builder">The service.</param>
    /// <param name="request">The job and how to train it. Its node, workers and minima are those of the options, where these say any.</param>
    /// <param name="configure">Changes the options.</param>
    public static IHostApplicationBuilder AddActorNetTraining(
        this IHostApplicationBuilder builder, Func<IServiceProvider, TrainingRequest> request, Action<NodeServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure<NodeServiceOptions>(builder.Configuration.GetSection(NodeServiceOptions.Section));
        builder.Services.AddActorNetTraining(request, configure);
        return builder;
    }

    /// <summary>Adds a training, without any configuration but the options given here.</summary>
    /// <inheritdoc cref="AddActorNetTraining(IHostApplicationBuilder, Func{IServiceProvider, TrainingRequest}, Action{NodeServiceOptions}?)"/>
    /// <param name="services">The service's parts.</param>
    /// <param name="request">The job and how to train it. Its node, workers and minima are those of the options, where these say any.</param>
    /// <param name="configure">Says the options.</param>
    public static IServiceCollection AddActorNetTraining(
        this IServiceCollection services, Func<IServiceProvider, TrainingRequest> request, Action<NodeServiceOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        AddOptions(services, configure, new NodeServiceValidator(trains: true));
        services.AddSingleton(provider => new TrainingService(provider, request));
        return services.AddHostedService(provider => provider.GetRequiredService<TrainingService>());
    }

    private static void AddOptions(IServiceCollection services, Action<NodeServiceOptions>? configure, NodeServiceValidator validator)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (services.Any(part => part.ServiceType == typeof(NodeServiceValidator)))
        {
            throw new InvalidOperationException("This service has a node already: a process is one node.");
        }

        services.AddSingleton(validator);
        services.AddSingleton<IValidateOptions<NodeServiceOptions>>(validator);
        var options = services.AddOptions<NodeServiceOptions>().ValidateOnStart();
        if (configure is not null)
        {
            options.Configure(configure);
        }
    }

    private static DataSet? OpenNamed(JobSpec job)
    {
        if (DataSource.Parse(job.Data.Name) is { IsBuiltIn: false, Exists: false })
        {
            return null;
        }

        var pair = DataSets.Open(job.Data.Name);
        return pair.PartsFor(job.Data).Training;
    }
}
