using ActorNet.Core.Data;
using ActorNet.Core.Models;

namespace ActorNet.Core.Training;

/// <summary>Judges a network on a data set in fixed blocks, so that the sums are the same whoever computes which block.</summary>
internal sealed class Evaluator
{
    /// <summary>Samples of a block.</summary>
    public const int BlockSize = 500;

    private readonly Network _network;
    private readonly Cost _cost;
    private readonly NetworkPass _pass;

    /// <summary>An evaluator for one thread.</summary>
    public Evaluator(Network network, Cost cost)
    {
        _network = network;
        _cost = cost;
        _pass = new NetworkPass(network, BlockSize);
    }

    /// <summary>Blocks of a set.</summary>
    public static int Blocks(DataSet data) => (data.Count + BlockSize - 1) / BlockSize;

    /// <summary>Judges one block.</summary>
    /// <param name="weights">The network's parameters.</param>
    /// <param name="data">The set.</param>
    /// <param name="block">The block's number, from 0.</param>
    public Score JudgeBlock(ReadOnlySpan<float> weights, DataSet data, int block)
    {
        var start = block * BlockSize;
        var rows = Math.Min(BlockSize, data.Count - start);
        Predict(weights, data, start, rows);
        return Scoring.Judge(data.Task, _cost, _network.OutputActivation, _pass.Outputs(rows), _pass.Targets(rows));
    }

    /// <summary>Judges a whole set, its blocks in ascending order.</summary>
    /// <param name="weights">The network's parameters.</param>
    /// <param name="data">The set.</param>
    /// <param name="each">Sees each sample's outputs and targets, if given.</param>
    public Score Judge(ReadOnlySpan<float> weights, DataSet data, Action<ReadOnlySpan<float>, ReadOnlySpan<float>>? each = null)
    {
        var score = default(Score);
        for (var block = 0; block < Blocks(data); block++)
        {
            var part = JudgeBlock(weights, data, block);
            for (var row = 0; each is not null && row < part.Samples; row++)
            {
                each(_pass.Outputs(part.Samples).Row(row), _pass.Targets(part.Samples).Row(row));
            }

            score += part;
        }

        return score;
    }

    private void Predict(ReadOnlySpan<float> weights, DataSet data, int start, int rows)
    {
        for (var row = 0; row < rows; row++)
        {
            data.Read(start + row, _pass.Inputs(rows).Row(row), _pass.Targets(rows).Row(row));
        }

        _pass.Forward(weights, rows);
    }
}
