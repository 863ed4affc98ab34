using ActorNet.Core.Checkpoints;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>Writes checkpoints to disk, one after the other, on a thread of its own: neither training nor the coordinator waits for a disk.</summary>
internal sealed class CheckpointWriter : ReceiveActor
{
    public CheckpointWriter(CheckpointStore store) => Receive<Checkpoint>(checkpoint =>
    {
        try
        {
            Sender.Tell(new Written(store.Write(checkpoint), checkpoint.Progress.Version, null));
        }
        catch (Exception error)
        {
            // Whatever it is: training goes on without this checkpoint, and the coordinator must hear of it.
            Sender.Tell(new Written(null, checkpoint.Progress.Version, error.Message));
        }
    });

    public static Props Props(CheckpointStore store) =>
        Akka.Actor.Props.Create(() => new CheckpointWriter(store)).WithDispatcher("actornet.checkpoint-writer");

    /// <summary>A checkpoint is on disk, or is not.</summary>
    /// <param name="Path">Its folder; null when it could not be written.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Error">Why not.</param>
    public sealed record Written(string? Path, long Version, string? Error);
}
