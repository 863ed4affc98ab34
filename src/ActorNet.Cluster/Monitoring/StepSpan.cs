namespace ActorNet.Cluster.Monitoring;

/// <summary>A stretch of time that a node spent on one step, one of few steps that are looked at so closely.</summary>
/// <param name="Node">The node.</param>
/// <param name="Lane">The worker's number on its node, or for <c>apply</c> the partition's.</param>
/// <param name="Kind"><c>compute</c>, <c>send</c>, <c>wait</c> or <c>apply</c>.</param>
/// <param name="Step">The step.</param>
/// <param name="Start">When it began, UTC, by the node's own clock.</param>
/// <param name="Milliseconds">How long it took.</param>
public sealed record StepSpan(string Node, int Lane, string Kind, long Step, DateTime Start, double Milliseconds);
