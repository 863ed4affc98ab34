using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>Finds where numbers have ceased to be finite, so that the error can say it.</summary>
internal static class FiniteNumbers
{
    /// <summary>Refuses weights that are not finite: every answer of such a network would be worthless, and so would a checkpoint.</summary>
    /// <param name="layout">The network's tensors.</param>
    /// <param name="weights">The parameter vector.</param>
    /// <param name="version">Updates applied.</param>
    /// <exception cref="ActorNetException">Some are not; names the first tensor and the step that made them.</exception>
    public static void RequireWeights(ParameterLayout layout, ReadOnlySpan<float> weights, long version)
    {
        foreach (var view in layout.Views)
        {
            if (!AreFinite(weights[view.Offset..view.End]))
            {
                throw new ActorNetException($"Step {version - 1} made {view.Name} not finite: lower the learning rate.");
            }
        }
    }

    /// <summary>The error of a step whose cost is not finite: names the first slice and the first layer.</summary>
    /// <param name="setup">The job.</param>
    /// <param name="pass">The batch, after its way forwards.</param>
    /// <param name="step">What people call the step.</param>
    /// <param name="node">The slices in question.</param>
    /// <param name="counts">Samples of every slice at the step.</param>
    /// <param name="row">The first row of the first of these slices.</param>
    internal static ActorNetException CostError(
        TrainingSetup setup, NetworkPass pass, string step, TreeNode node, ReadOnlySpan<int> counts, int row)
    {
        for (var slice = node.First; slice < node.End; slice++)
        {
            var next = row + counts[slice];
            var outputs = Rows(pass.Outputs(next), row);
            var targets = Rows(pass.Targets(next), row);
            if (!double.IsFinite(Scoring.Judge(setup.Data.Task, setup.Cost, setup.Network.OutputActivation, outputs, targets).Cost))
            {
                return new ActorNetException($"The cost is not finite at {step}, slice {slice}: {Where(setup, pass, row, next)}.");
            }

            row = next;
        }

        return new ActorNetException($"The cost is not finite at {step}, {node}: the sum is too large; lower the learning rate.");
    }

    private static string Where(TrainingSetup setup, NetworkPass pass, int row, int next)
    {
        if (!AreFinite(Rows(pass.Inputs(next), row).Values) || !AreFinite(Rows(pass.Targets(next), row).Values))
        {
            return $"a sample of '{setup.Data.Name}' is not finite; mend the data";
        }

        for (var layer = 0; layer < setup.Network.Layers.Count; layer++)
        {
            if (!AreFinite(Rows(pass.LayerOutputs(layer, next), row).Values))
            {
                return $"layer {layer + 1} is the first whose outputs are not; lower the learning rate";
            }
        }

        return "all outputs are, but their cost is too large; lower the learning rate";
    }

    private static ReadOnlyMatrix Rows(ReadOnlyMatrix matrix, int first) => matrix.RowRange(first, matrix.Rows - first);

    private static bool AreFinite(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                return false;
            }
        }

        return true;
    }
}
