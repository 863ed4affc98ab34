namespace ActorNet.Cluster.Protocol;

/// <summary>Marks a message that may cross the network; every other message holds references and stays within its process.</summary>
internal interface IWireMessage;
