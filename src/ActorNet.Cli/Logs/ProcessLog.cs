using System.Globalization;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using Microsoft.Extensions.Logging;

namespace ActorNet.Cli.Logs;

/// <summary>
/// The log of a process, one line an event, to stderr: what happens to a run or a node, and what the libraries below say. A log of level Information is
/// silent while all is well but for what a person would want to read: theirs begins at Warning there.
/// </summary>
internal sealed partial class ProcessLog : IDisposable
{
    private readonly ILogger _log;

    /// <summary>Opens it.</summary>
    public ProcessLog(LogOptions options)
    {
        var below = options.Level == LogLevel.Information ? LogLevel.Warning : options.Level;
        Loggers = LoggerFactory.Create(logging =>
        {
            logging.SetMinimumLevel(options.Level).AddFilter("Akka", below).AddFilter("Microsoft", below);
            logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
            if (options.IsJson)
            {
                logging.AddJsonConsole(json => (json.TimestampFormat, json.UseUtcTimestamp) = ("O", true));
            }
            else
            {
                logging.AddSimpleConsole(text => (text.TimestampFormat, text.UseUtcTimestamp, text.SingleLine) = ("yyyy-MM-dd HH:mm:ss.fffZ ", true, true));
            }
        });
        _log = Loggers.CreateLogger("ActorNet");
    }

    /// <summary>For the libraries.</summary>
    public ILoggerFactory Loggers { get; }

    /// <summary>Logs something that happened in a run.</summary>
    public void Write(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.AlertRaised { IsEcho: true } or TrainingEvent.AlertCleared { IsEcho: true }:
                break;
            case TrainingEvent.EpochDone { Result: var epoch }:
                var line = string.Create(
                    CultureInfo.InvariantCulture,
                    $"{epoch.Epoch}, training cost {epoch.TrainCost:0.#####}, training {epoch.TrainAccuracy:P2}, test {epoch.TestAccuracy:P2}, {epoch.Seconds:0.0} s");
                Say(LogLevel.Information, happened.Name, line);
                break;
            case TrainingEvent.CheckpointWritten written:
                Say(LogLevel.Debug, happened.Name, $"checkpoint of step {written.Version} in {written.Path}");
                break;
            case { Message: { } message }:
                Say(LevelOf(happened.Severity), happened.Name, message);
                break;
        }
    }

    /// <summary>Logs something that happened to a node.</summary>
    public void Write(NodeEvent happened) => Say(LevelOf(happened.Severity), "node", happened.Message);

    /// <summary>Logs how a run ended.</summary>
    public void WriteEnd(string name, string message, bool isFailure) => Say(isFailure ? LogLevel.Critical : LogLevel.Information, name, message);

    /// <summary>Writes what is still under way.</summary>
    public void Dispose() => Loggers.Dispose();

    private static LogLevel LevelOf(Severity severity) => severity switch
    {
        Severity.Info => LogLevel.Information,
        Severity.Warning => LogLevel.Warning,
        _ => LogLevel.Error,
    };

    private void Say(LogLevel level, string name, string message)
    {
        var line = message.ReplaceLineEndings(" ");
        Write(_log, level, name, line);
    }

    [LoggerMessage(EventId = 0, Message = "{Kind}: {Text}")]
    private static partial void Write(ILogger log, LogLevel level, string kind, string text);
}
