namespace ActorNet.Cluster.Monitoring;

/// <summary>How many slices a node has.</summary>
/// <param name="Node">Its name in the cluster.</param>
/// <param name="Count">Its slices; 0 for a spare.</param>
public sealed record SliceCount(string Node, int Count);
