using System.Diagnostics.Tracing;
using ActorNet.Cluster.Monitoring;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace ActorNet.Cli.Http;

/// <summary>
/// Pushes the metrics to a collector by OTLP. OpenTelemetry's own variables hold, such as <c>OTEL_METRIC_EXPORT_INTERVAL</c>, <c>OTEL_RESOURCE_ATTRIBUTES</c> and
/// <c>OTEL_EXPORTER_OTLP_HEADERS</c>.
/// </summary>
internal sealed class OtlpExport : IDisposable
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";
    private const int GrpcPort = 4317;

    private readonly MeterProvider _provider;
    private readonly FailureListener _failures;
    private readonly TimeSpan _lastPush;

    private OtlpExport(Uri endpoint, TimeSpan lastPush, Action<string> warn)
    {
        _lastPush = lastPush;
        _failures = new FailureListener(message => warn($"metrics cannot be pushed to {endpoint}: {message} Is there a collector? Training goes on, and so do the tries."));
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().AddInMemoryCollection([new(EndpointVariable, endpoint.ToString())]).Build();
        _provider = Sdk.CreateMeterProviderBuilder()
            .ConfigureServices(services => services.AddSingleton<IConfiguration>(settings))
            .ConfigureResource(resource => resource.AddService("actornet").AddEnvironmentVariableDetector())
            .AddMeter(RunMetrics.MeterName)
            .AddOtlpExporter(otlp =>
            {
                // Either protocol has a port of its own; without the variable the port tells which is meant.
                if (string.IsNullOrEmpty(settings[ProtocolVariable]) && endpoint.Port != GrpcPort)
                {
                    otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                }
            })
            .Build();
    }

    /// <summary>Pushes from now on.</summary>
    /// <param name="endpoint">The collector; null for the one of the standard variable.</param>
    /// <param name="lastPush">How long the last push may take, at the end: the process must end.</param>
    /// <param name="warn">Is told once when it cannot be reached.</param>
    /// <returns>The export; null when there is no collector.</returns>
    public static OtlpExport? Start(Uri? endpoint, TimeSpan lastPush, Action<string> warn) =>
        (endpoint ?? (Uri.TryCreate(Environment.GetEnvironmentVariable(EndpointVariable), UriKind.Absolute, out var said) ? said : null)) is { } collector
            ? new OtlpExport(collector, lastPush, warn)
            : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        _provider.Shutdown((int)_lastPush.TotalMilliseconds);
        _provider.Dispose();
        _failures.Dispose();
    }

    /// <summary>OpenTelemetry says what goes wrong in its own event source alone.</summary>
    private sealed class FailureListener(Action<string> warn) : EventListener
    {
        private int _isTold;

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == "OpenTelemetry-Exporter-OpenTelemetryProtocol")
            {
                EnableEvents(eventSource, EventLevel.Error);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (Interlocked.Exchange(ref _isTold, 1) == 0)
            {
                warn($"{eventData.Payload?[^1]}".Split('\n')[0].TrimEnd('.', '\r') + ".");
            }
        }
    }
}
