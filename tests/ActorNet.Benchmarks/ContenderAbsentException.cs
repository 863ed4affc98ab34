namespace ActorNet.Benchmarks;

/// <summary>A contender cannot run on this machine; the message says what to install.</summary>
internal sealed class ContenderAbsentException(string message) : Exception(message);
