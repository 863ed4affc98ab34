namespace ActorNet.Cli.Commands;

/// <summary>What the process says to its caller when it ends.</summary>
internal static class ExitCode
{
    /// <summary>Everything that was asked for is done.</summary>
    public const int Done = 0;

    /// <summary>It failed: a file, the data, a checkpoint, the training itself.</summary>
    public const int Failed = 1;

    /// <summary>What was asked for makes no sense: an unknown flag, a value out of range.</summary>
    public const int Usage = 2;

    /// <summary>Something on the network cannot be reached.</summary>
    public const int Unreachable = 3;

    /// <summary>Training is done, but missed its target accuracy.</summary>
    public const int Degraded = 4;

    /// <summary>Interrupted by Ctrl+C or SIGTERM; a run can be resumed.</summary>
    public const int Interrupted = 130;
}
