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
            var path = store.Write(checkpoint);
            Sender.Tell(new Written(path, checkpoint.Progress.Version, null) { Bytes = BytesOf(path), FreeBytes = FreeBytesOf(path) });
        }
        catch (Exception error)
        {
            // Whatever it is: training goes on without this checkpoint, and the coordinator must hear of it.
            Sender.Tell(new Written(null, checkpoint.Progress.Version, error.Message));
        }
    });

    private static long BytesOf(string folder) => new DirectoryInfo(folder).EnumerateFiles().Sum(file => file.Length);

    /// <summary>What the disk of a folder has left. A network share on Windows is no drive: nothing is known of it.</summary>
    private static long FreeBytesOf(string folder)
    {
        try
        {
            return new DriveInfo(folder).AvailableFreeSpace;
        }
        catch (Exception error) when (error is ArgumentException or IOException or UnauthorizedAccessException)
        {
            return long.MaxValue;
        }
    }

    public static Props Props(CheckpointStore store) =>
        Akka.Actor.Props.Create(() => new CheckpointWriter(store)).WithDispatcher("actornet.checkpoint-writer");

    /// <summary>A checkpoint is on disk, or is not.</summary>
    /// <param name="Path">Its folder; null when it could not be written.</param>
    /// <param name="Version">Its version.</param>
    /// <param name="Error">Why not.</param>
    public sealed record Written(string? Path, long Version, string? Error)
    {
        /// <summary>Bytes that it takes.</summary>
        public long Bytes { get; init; }

        /// <summary>Bytes that its disk has left.</summary>
        public long FreeBytes { get; init; }
    }
}
