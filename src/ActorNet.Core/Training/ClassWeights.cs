using ActorNet.Core.Data;

namespace ActorNet.Core.Training;

/// <summary>Computes what a sample of each class counts.</summary>
internal static class ClassWeights
{
    /// <summary><see cref="JobSpec.BalancedClasses"/> of a classification task.</summary>
    /// <param name="data">The training set; read whole if it does not know its counts.</param>
    public static double[] Balanced(DataSet data)
    {
        var counts = data.PerClass ?? Count(data);
        var classes = counts.Count(count => count > 0);
        return [.. counts.Select(count => count == 0 ? 1 : (double)data.Count / ((double)classes * count))];
    }

    private static int[] Count(DataSet data)
    {
        var (inputs, targets) = (new float[data.InputSize], new float[data.TargetSize]);
        var counts = new int[data.TargetSize];
        for (var sample = 0; sample < data.Count; sample++)
        {
            data.Read(sample, inputs, targets);
            counts[Scoring.Answer(targets)]++;
        }

        return counts;
    }
}
