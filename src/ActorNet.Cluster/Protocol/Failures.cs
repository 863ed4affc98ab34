using ActorNet.Cluster.Hosting;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>A worker says why it is about to end.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="Cause">The exception.</param>
internal abstract record WorkerFault(int Worker, Exception Cause);

/// <summary>A worker could not compute a gradient.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="Step">The step.</param>
/// <param name="Slice">The slice at fault; null when the whole lease was computed at once.</param>
/// <param name="Cause">The exception.</param>
internal sealed record GradientFault(int Worker, long Step, int? Slice, Exception Cause) : WorkerFault(Worker, Cause);

/// <summary>The data of a slice cannot be read on this node. Within a process.</summary>
/// <param name="Runtime">The job.</param>
/// <param name="Slice">The slice.</param>
/// <param name="Reason">One line: what, where, what to do.</param>
internal sealed record SliceUnreadable(JobRuntime Runtime, int Slice, string Reason);

/// <summary>A worker could not judge a block.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="Block">The block.</param>
/// <param name="Cause">The exception.</param>
internal sealed record JudgingFault(int Worker, JudgeBlock Block, Exception Cause) : WorkerFault(Worker, Cause);

/// <summary>A worker has ended, for whatever reason; the message of its death watch.</summary>
/// <param name="Worker">Its number.</param>
/// <param name="Incarnation">Which of the actors in its place.</param>
internal sealed record WorkerEnded(int Worker, int Incarnation);

/// <summary>A node has put another worker in the place of one that ended.</summary>
/// <param name="Node">The node.</param>
/// <param name="Worker">Its number.</param>
/// <param name="Step">The step it was at.</param>
/// <param name="Slices">The slices it had, for people.</param>
/// <param name="Cause">Why it ended.</param>
[MessagePackObject]
internal sealed record WorkerReplacement(
    [property: Key(0)] string Node,
    [property: Key(1)] int Worker,
    [property: Key(2)] long Step,
    [property: Key(3)] string Slices,
    [property: Key(4)] string Cause) : IWireMessage;

/// <summary>The job cannot go on.</summary>
/// <param name="Message">One line: what, where, what to do.</param>
[MessagePackObject]
internal sealed record JobFailed([property: Key(0)] string Message) : IWireMessage;
