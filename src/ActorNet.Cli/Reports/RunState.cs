namespace ActorNet.Cli.Reports;

/// <summary>How a run stands.</summary>
internal enum RunState
{
    /// <summary>A process trains it.</summary>
    Running,

    /// <summary>It ended well.</summary>
    Finished,

    /// <summary>It was asked to end, and can go on.</summary>
    Stopped,

    /// <summary>It ended with an error.</summary>
    Failed,

    /// <summary>Its process ended without a word, and nobody goes on with it.</summary>
    Interrupted,
}
