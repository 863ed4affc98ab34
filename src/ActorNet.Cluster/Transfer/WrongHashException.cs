namespace ActorNet.Cluster.Transfer;

/// <summary>A body is not what its sender hashed. The connection ends, so that the sender sends again.</summary>
internal sealed class WrongHashException(in FrameHeader header)
    : Exception($"the body of {header.Kind} {header.Step}, partition {header.Partition}, node {header.First}+{header.Count} has another hash");
