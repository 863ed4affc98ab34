using Akka.Event;

namespace ActorNet.Cluster.Hosting;

/// <summary>Where Akka.NET logs while its loggers start and after they have stopped: nowhere, for stdout belongs to the program. Made by its name, from the settings.</summary>
internal sealed class NoStdoutLogger : MinimalLogger
{
    /// <inheritdoc/>
    protected override void Log(object message)
    {
    }
}
