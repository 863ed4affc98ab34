namespace ActorNet.Core.Numerics;

/// <summary>
/// One leaf of a summation tree in the order in which a stack machine evaluates it: sum <see cref="Rows"/> consecutive rows as one chain, push the
/// chain, then replace the top two of the stack by their sum (left + right) <see cref="MergesAfter"/> times. The merges of all leaves are one
/// fewer than the leaves.
/// </summary>
/// <param name="Rows">Rows of the batch in this leaf; one or more (an empty slice is no leaf).</param>
/// <param name="MergesAfter">Sums to make once this leaf is on the stack.</param>
internal readonly record struct TreeLeaf(int Rows, int MergesAfter);
