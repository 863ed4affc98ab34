using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Hosting;

/// <summary>Counts links that broke over a body with a wrong hash. The same body so often in a row is no fault of the network: it has changed in its sender's memory.</summary>
/// <param name="node">This node.</param>
internal sealed class CorruptLinks(string node)
{
    private const int Most = 3;

    private (string Node, string Reason) _last;
    private int _times;

    /// <summary>A link broke.</summary>
    /// <returns>Why the run must end; null when it may go on.</returns>
    public string? Note(NodeLink.LinkBroken broken)
    {
        if (!broken.IsCorrupt)
        {
            return null;
        }

        _times = _last == (broken.Node, broken.Reason) ? _times + 1 : 1;
        _last = (broken.Node, broken.Reason);
        return _times != Most
            ? null
            : $"What {broken.Node} sent {node} was not what it had made, {Most} times: {broken.Reason}. Its memory or its network changes what it keeps: test both. Go on with --resume.";
    }
}
