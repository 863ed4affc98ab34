using ActorNet.Cluster.Protocol;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Coordinator;

/// <summary>
/// Adds up what the partitions say of the gradient's norm, and tells them, where it is clipped: the one thing in a step that no partition can know alone. The
/// coordinator's hand for that.
/// </summary>
/// <param name="partitions">Partitions.</param>
/// <param name="tell">Tells all partitions.</param>
/// <param name="incarnation">This reign.</param>
internal sealed class NormDesk(int partitions, Action<object> tell, long incarnation)
{
    private readonly SquareSum?[] _squares = new SquareSum?[partitions];
    private long _step = -1;
    private SquaresOfAll? _last;

    /// <summary>Takes a partition's share. One that asks again for a sum that was lost on its way gets it; so does a standby, which has no share of its own.</summary>
    public void Note(SquaresSummed summed, IActorRef server, bool isStandby = false)
    {
        if (summed.Incarnation != incarnation)
        {
            return;
        }

        if (summed.Step == _last?.Step)
        {
            server.Tell(_last);
            return;
        }

        if (isStandby)
        {
            return;
        }

        // Nobody makes the next step before all have said theirs of this one.
        if (summed.Step > _step)
        {
            _step = summed.Step;
            Array.Clear(_squares);
        }

        if (summed.Step < _step)
        {
            return;
        }

        _squares[summed.Partition] = summed.Sum;
        if (Array.TrueForAll(_squares, squares => squares is not null))
        {
            var sum = _squares.Aggregate(SquareSum.Zero, (whole, squares) => whole + squares!.Value);
            _last = new SquaresOfAll(_step, (ulong)(sum.Units >> 64), (ulong)sum.Units);
            tell(_last);
        }
    }
}
