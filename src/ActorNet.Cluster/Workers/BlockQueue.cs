using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;

namespace ActorNet.Cluster.Workers;

/// <summary>Which blocks of which data sets a node still has to judge, which worker has which, and what is known.</summary>
internal sealed class BlockQueue
{
    private readonly Queue<JudgeBlock> _waiting = new();
    private readonly Dictionary<int, JudgeBlock> _given = [];
    private readonly Dictionary<long, SetInWork> _sets = [];

    /// <summary>Queues all blocks of a set.</summary>
    public void Add(JudgeSet set)
    {
        var blocks = Evaluator.Blocks(set.Data);
        _sets[set.Ticket] = new SetInWork(new Score?[blocks], new int[blocks]);
        for (var block = 0; block < blocks; block++)
        {
            _waiting.Enqueue(new JudgeBlock(set, block));
        }
    }

    /// <summary>The next block for a worker that has none; null when there is none.</summary>
    public JudgeBlock? Next(int worker)
    {
        if (_given.ContainsKey(worker) || !_waiting.TryDequeue(out var block))
        {
            return null;
        }

        return _given[worker] = block;
    }

    /// <summary>Notes a judged block.</summary>
    /// <returns>The set's answer when this was its last block.</returns>
    public SetJudged? Done(int worker, BlockJudged judged)
    {
        _given.Remove(worker);
        if (!_sets.TryGetValue(judged.Ticket, out var set))
        {
            return null;
        }

        set.Scores[judged.Block] = judged.Score;
        if (set.Scores.Any(score => score is null))
        {
            return null;
        }

        _sets.Remove(judged.Ticket);
        return new SetJudged(judged.Ticket, set.Scores.Aggregate(default(Score), (sum, score) => sum + score!.Value));
    }

    /// <summary>Takes back the block of a worker that has ended.</summary>
    public void TakeBack(int worker)
    {
        if (_given.Remove(worker, out var block))
        {
            _waiting.Enqueue(block);
        }
    }

    /// <summary>Counts a failure of a block.</summary>
    /// <returns>How many times it has failed.</returns>
    public int CountFailure(JudgeBlock block) => ++_sets[block.Set.Ticket].Failures[block.Block];

    private sealed record SetInWork(Score?[] Scores, int[] Failures);
}
