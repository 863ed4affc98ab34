using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Http;

/// <summary>
/// Observes all instruments of a meter and writes them in Prometheus's text format 0.0.4
/// (https://prometheus.io/docs/instrumenting/exposition_formats/), names and units translated as OpenTelemetry specifies it
/// (https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/). Only what is observed now is written: a node that is gone has no
/// line any more.
/// </summary>
internal static class PrometheusText
{
    /// <summary>The media type.</summary>
    public const string MediaType = "text/plain; version=0.0.4; charset=utf-8";

    /// <summary>The metrics now.</summary>
    public static string Write(RunMetrics metrics)
    {
        var families = new Dictionary<Instrument, StringBuilder>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter, metrics.Meter))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        void See<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> labels, object? state)
            where T : struct, IConvertible
        {
            if (!families.TryGetValue(instrument, out var family))
            {
                families[instrument] = family = Head(instrument);
            }

            AppendSample(family, NameOf(instrument), labels, value.ToDouble(CultureInfo.InvariantCulture));
        }

        listener.SetMeasurementEventCallback<double>(See);
        listener.SetMeasurementEventCallback<int>(See);
        listener.Start();
        listener.RecordObservableInstruments();
        return string.Concat(families.Values);
    }

    /// <summary>Prometheus's name of an instrument: the unit is part of it.</summary>
    internal static string NameOf(Instrument instrument)
    {
        var name = instrument.Name.Replace('.', '_');
        var unit = Unit(instrument.Unit);
        return unit.Length == 0 || name.EndsWith(unit, StringComparison.Ordinal) ? name : $"{name}_{unit}";
    }

    private static string Unit(string? unit) => unit switch
    {
        null or "" => "",
        "1" => "ratio",
        "s" => "seconds",
        "By" => "bytes",
        _ when unit.EndsWith("/s", StringComparison.Ordinal) => $"{Unit(unit[..^2])}_per_second".TrimStart('_'),
        // What stands in braces is a remark, not a unit.
        _ when unit[0] == '{' => "",
        _ => unit,
    };

    private static StringBuilder Head(Instrument instrument)
    {
        var name = NameOf(instrument);
        var help = (instrument.Description ?? "").Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);
        return new StringBuilder().Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} gauge\n");
    }

    private static void AppendSample(StringBuilder text, string name, ReadOnlySpan<KeyValuePair<string, object?>> labels, double value)
    {
        text.Append(name);
        var separator = '{';
        foreach (var (label, content) in labels)
        {
            text.Append(separator).Append(label).Append("=\"").Append(Escape($"{content}")).Append('"');
            separator = ',';
        }

        text.Append(labels.Length > 0 ? "} " : " ").Append(Number(value)).Append('\n');
    }

    private static string Escape(string label) =>
        label.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal);

    private static string Number(double value) =>
        double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf" : value.ToString("R", CultureInfo.InvariantCulture);
}
