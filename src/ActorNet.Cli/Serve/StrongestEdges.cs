namespace ActorNet.Cli.Serve;

/// <summary>A connection, and what it does now.</summary>
/// <param name="From">The place of the neuron that it comes from, in the layer before.</param>
/// <param name="To">The place of the neuron that it goes to.</param>
/// <param name="Weight">Its weight.</param>
/// <param name="Contribution">The weight times what comes in: what it adds to the neuron's sum.</param>
internal readonly record struct Edge(int From, int To, float Weight, float Contribution);

/// <summary>Keeps those connections whose contributions are the largest, up or down. Those that do nothing are none of them.</summary>
/// <param name="most">How many.</param>
internal sealed class StrongestEdges(int most)
{
    private readonly PriorityQueue<Edge, float> _weakestFirst = new();

    /// <summary>Takes one, if it is among the strongest so far.</summary>
    public void Offer(int from, int to, float weight, float contribution)
    {
        var strength = Math.Abs(contribution);
        if (_weakestFirst.Count < most ? strength > 0 : strength > Math.Abs(_weakestFirst.Peek().Contribution))
        {
            _weakestFirst.Enqueue(new Edge(from, to, weight, contribution), strength);
            if (_weakestFirst.Count > most)
            {
                _weakestFirst.Dequeue();
            }
        }
    }

    /// <summary>The strongest, the weakest of them first: in this order they are drawn over each other.</summary>
    public IReadOnlyList<Edge> ToList()
    {
        var edges = new List<Edge>(_weakestFirst.Count);
        while (_weakestFirst.TryDequeue(out var edge, out _))
        {
            edges.Add(edge);
        }

        return edges;
    }
}
