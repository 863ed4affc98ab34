using Microsoft.Extensions.Logging;

namespace ActorNet.Cli.Logs;

/// <summary>What a process logs to stderr, in place of the lines that people read.</summary>
/// <param name="Level">From which level on.</param>
/// <param name="IsJson">Whether each line is a JSON object.</param>
internal sealed record LogOptions(LogLevel Level, bool IsJson);
