namespace ActorNet.Cluster.Protocol;

/// <summary>
/// What the coordinator tells a server to do: it is done once, and in order, though Akka.NET may lose a message when a connection breaks. A server says with each
/// <see cref="ProgressReport"/> how many it has taken, and gets the next ones again.
/// </summary>
internal interface IOrder
{
    /// <summary>Its place among the coordinator's orders to the server, from 1; 0 for one that is not counted.</summary>
    int Number { get; }

    /// <summary>The same order in its place.</summary>
    IOrder At(int number);
}
