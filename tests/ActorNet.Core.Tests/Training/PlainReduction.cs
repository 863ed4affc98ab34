using ActorNet.Core.Training;

namespace ActorNet.Core.Tests.Training;

/// <summary>What can be wrong with a reduction.</summary>
public enum Fault
{
    None,
    AddsInSliceOrder,
    AddsInOrderOfArrival,
    AddsDuplicates,
    AddsCoveredParts,
    ScalesBeforeTheSum,
    AddsEmptySlicesAsZeros,
    Divides,
    CostInSliceOrder,
    CorrectOfDuplicates,
}

/// <summary>A second reduction, as plain as can be, that can be made wrong in one place: the property that tests it must find out.</summary>
internal static class PlainReduction
{
    public static ReductionResult Run(ReductionCase step, Fault fault)
    {
        var samples = step.Samples.Sum();
        var kept = new Dictionary<TreeNode, ArrivingPart>();
        var order = new List<TreeNode>();
        foreach (var arrived in step.Arrivals)
        {
            var part = fault == Fault.ScalesBeforeTheSum
                ? arrived with { Gradient = [.. arrived.Gradient.Select(x => x * (1f / samples))] }
                : arrived;
            var node = part.Node;
            if (kept.TryGetValue(node, out var same))
            {
                kept[node] = fault switch
                {
                    Fault.AddsDuplicates => same with { Gradient = ReductionCase.Add(same.Gradient, part.Gradient) },
                    Fault.CorrectOfDuplicates => same with { Correct = same.Correct + part.Correct },
                    _ => same,
                };
            }
            else if (kept.Keys.FirstOrDefault(other => other.Covers(node)) is { Count: > 0 } above)
            {
                kept[above] = fault == Fault.AddsCoveredParts
                    ? kept[above] with { Gradient = ReductionCase.Add(kept[above].Gradient, part.Gradient) }
                    : kept[above];
            }
            else
            {
                foreach (var below in kept.Keys.Where(node.Covers).ToList())
                {
                    kept.Remove(below);
                    order.Remove(below);
                }

                kept[node] = part;
                order.Add(node);
            }
        }

        var inOrder = fault == Fault.AddsInOrderOfArrival ? order : [.. order.OrderBy(node => node.First)];
        var full = inOrder.Where(node => kept[node].Samples > 0).Select(node => kept[node]).ToList();
        var sum = fault switch
        {
            Fault.AddsInSliceOrder or Fault.AddsInOrderOfArrival => full.Select(part => part.Gradient).Aggregate(ReductionCase.Add),
            _ => AlongTree(new TreeNode(0, step.Slices), kept, part => Gradient(part, fault), ReductionCase.Add)!,
        };
        var cost = fault == Fault.CostInSliceOrder
            ? full.Sum(part => part.Cost)
            : (double)AlongTree<object>(new TreeNode(0, step.Slices), kept, part => part.Samples == 0 ? null : part.Cost, (x, y) => (double)x + (double)y)!;
        return new ReductionResult(Mean(sum, samples, fault), cost, full.Sum(part => part.Correct));
    }

    private static float[]? Gradient(ArrivingPart part, Fault fault) =>
        part.Samples > 0 ? part.Gradient
        : fault == Fault.AddsEmptySlicesAsZeros ? new float[part.Gradient.Length]
        : null;

    private static float[] Mean(float[] sum, int samples, Fault fault) => fault switch
    {
        Fault.ScalesBeforeTheSum => sum,
        Fault.Divides => [.. sum.Select(x => x / samples)],
        _ => [.. sum.Select(x => x * (1f / samples))],
    };

    private static T? AlongTree<T>(TreeNode node, Dictionary<TreeNode, ArrivingPart> kept, Func<ArrivingPart, T?> value, Func<T, T, T> add)
        where T : class
    {
        if (kept.TryGetValue(node, out var part))
        {
            return value(part);
        }

        var (left, right) = TreeModel.Children(node);
        return (AlongTree(left, kept, value, add), AlongTree(right, kept, value, add)) switch
        {
            (null, var alone) => alone,
            (var alone, null) => alone,
            var (x, y) => add(x, y),
        };
    }
}
