using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Whether all are there that a run begins with: at first as many nodes as were asked for; when it went back to a checkpoint, those that it had, or what is left
/// of them.
/// </summary>
internal sealed class Gathering(TrainingRequest request, LocalNode local, JobStart start, Roster roster, LeaseDesk leases)
{
    private readonly HashSet<string> _awaited = [.. start.Awaited];

    /// <summary>Whether it waits for nodes that the run had before.</summary>
    public bool AwaitsFormer => _awaited.Count > 0;

    /// <summary>Whether the run can begin.</summary>
    public bool IsComplete => roster.Find(local.Id) is { IsReady: true }
        && !AwaitsFormer
        && leases.IsComplete
        && Servers >= (IsFirst ? request.MinServers : 1)
        && Workers >= (IsFirst ? request.MinWorkers : 1);

    private bool IsFirst => start.Before is null;

    private int Servers => roster.Servers.Count();

    private int Workers => roster.Workers.Sum(node => node.Workers);

    /// <summary>A node is ready, or gone: it is not waited for.</summary>
    public void Note(string node) => _awaited.Remove(node);

    /// <summary>No former node is waited for any more.</summary>
    public void AwaitNoFormer() => _awaited.Clear();

    /// <summary>Why a run cannot begin.</summary>
    /// <param name="deadline">How long it was waited.</param>
    public string Explain(TimeSpan deadline)
    {
        var data = Workers == 0 || leases.IsComplete ? "" : ", which have not all of the data between them yet";
        return $"Training did not start within {deadline.TotalSeconds:0.###} s: {Servers} of {request.MinServers} server nodes and {Workers} of {request.MinWorkers} workers are there{data}.";
    }
}
