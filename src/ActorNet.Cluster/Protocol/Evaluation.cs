using ActorNet.Core.Data;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Protocol;

/// <summary>The coordinator asks a node to judge a version on a data set.</summary>
/// <param name="Ticket">Names the question.</param>
/// <param name="Weights">The version's weights; nobody writes them until the answer is there.</param>
/// <param name="Data">The data set.</param>
internal sealed record JudgeSet(long Ticket, AlignedBuffer Weights, DataSet Data);

/// <summary>A node asks a worker to judge one block.</summary>
/// <param name="Set">The question.</param>
/// <param name="Block">The block's number, from 0.</param>
internal sealed record JudgeBlock(JudgeSet Set, int Block)
{
    /// <inheritdoc/>
    public override string ToString() => $"block {Block} of '{Set.Data.Name}'";
}

/// <summary>A worker has judged a block.</summary>
/// <param name="Ticket">The question.</param>
/// <param name="Block">The block.</param>
/// <param name="Score">Its score.</param>
internal sealed record BlockJudged(long Ticket, int Block, Score Score);

/// <summary>A node has judged a part of a set: it takes long, and goes on.</summary>
internal sealed record SetJudging
{
    /// <summary>The message.</summary>
    public static readonly SetJudging Instance = new();
}

/// <summary>A node has judged a whole set.</summary>
/// <param name="Ticket">The question.</param>
/// <param name="Score">The blocks' scores, added in ascending order.</param>
internal sealed record SetJudged(long Ticket, Score Score);
