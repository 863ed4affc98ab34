namespace ActorNet.Cli.Monitor;

/// <summary>What fills the screen below the header.</summary>
internal enum MonitorTab
{
    /// <summary>Something of everything.</summary>
    Overview,

    /// <summary>All nodes.</summary>
    Nodes,

    /// <summary>All curves.</summary>
    Curves,

    /// <summary>All members of the cluster.</summary>
    Members,

    /// <summary>What happened, and what is wrong.</summary>
    Events,
}
