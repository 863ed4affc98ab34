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
/// <param name="Worker">Its number.</param>
/// <param name="Step">The step it was at.</param>
/// <param name="Slices">The slices it had, for people.</param>
/// <param name="Cause">Why it ended.</param>
internal sealed record WorkerReplacement(int Worker, long Step, string Slices, string Cause);

/// <summary>The job cannot go on.</summary>
/// <param name="Message">One line: what, where, what to do.</param>
internal sealed record JobFailed(string Message);
