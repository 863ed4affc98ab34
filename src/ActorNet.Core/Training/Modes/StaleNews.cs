namespace ActorNet.Core.Training.Modes;

/// <summary>What a partition that applies parts as they arrive says to a node with its weights.</summary>
/// <param name="Updates">Updates in the weights: what a part that is computed from them names, so that its staleness can be told.</param>
/// <param name="Allowed">The first step that no slice may begin yet.</param>
/// <param name="Refused">Parts of the node that could not be applied as they were, since it was first told: one more, and it computes what it owes anew.</param>
/// <param name="Steps">Each slice's next step, as <see cref="SliceClocks.Steps"/>.</param>
internal sealed record StaleNews(long Updates, long Allowed, int Refused, long[] Steps);
