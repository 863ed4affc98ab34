namespace ActorNet.Cluster.Monitoring;

/// <summary>What became of a <see cref="RunCommand"/>.</summary>
/// <param name="Verb">The command's name.</param>
/// <param name="By">Who asked.</param>
/// <param name="Time">When it took effect, or was refused, UTC.</param>
/// <param name="Step">Steps made then.</param>
/// <param name="IsDone">Whether it took effect.</param>
/// <param name="Message">One line: what happened, or why not and what to do.</param>
public sealed record CommandAnswer(string Verb, string By, DateTime Time, long Step, bool IsDone, string Message);
