namespace ActorNet.Core.Data.Shards;

/// <summary>
/// Where a slice is in its order. Going on by one draw costs nothing, going anywhere else a look at the sizes of the slice's shards: no sample
/// is read to get there, and the order of one shard alone is kept.
/// </summary>
internal sealed class ShardCursor
{
    private readonly ShardedOrder _order;
    private readonly int _slice;
    private readonly int[] _rows;
    private int[] _shards;
    private int[] _nextShards;
    private int _nextEpoch;
    private int _place = -1;
    private int _first;
    private int _count;
    private int _draw;

    /// <summary>A cursor before the first draw.</summary>
    public ShardCursor(ShardedOrder order, int slice)
    {
        (_order, _slice) = (order, slice);
        _rows = new int[order.Rows(slice)];
        _shards = new int[order.ShardsPerSlice];
        _nextShards = new int[order.ShardsPerSlice];
    }

    /// <summary>The epoch that the cursor is in.</summary>
    public int Epoch { get; private set; }

    /// <summary>The shard that the draw is in.</summary>
    public int Shard => _shards[_place];

    /// <summary>The draw's row of it.</summary>
    public int Row => _rows[_draw - _first];

    /// <summary>The shard that comes next, at an epoch's end the next epoch's first.</summary>
    public int NextShard
    {
        get
        {
            if (_place + 1 < _shards.Length)
            {
                return _shards[_place + 1];
            }

            if (_nextEpoch != Epoch + 1)
            {
                _nextEpoch = Epoch + 1;
                _order.WriteShards(_nextEpoch, _slice, _nextShards);
            }

            return _nextShards[0];
        }
    }

    /// <summary>Goes to a draw.</summary>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="draw">The draw, from 0, below the slice's samples.</param>
    /// <returns>The sample's number.</returns>
    public int Seek(int epoch, int draw)
    {
        if (epoch != Epoch || draw < _first || draw >= _first + _count)
        {
            Move(epoch, draw);
        }

        _draw = draw;
        return _order.SampleOf(Shard, Row);
    }

    private void Move(int epoch, int draw)
    {
        if (epoch != Epoch)
        {
            Enter(epoch);
        }

        if (draw < _first)
        {
            (_place, _first, _count) = (-1, 0, 0);
        }

        while (draw >= _first + _count)
        {
            _first += _count;
            _count = _order.Rows(_shards[++_place]);
        }

        _order.WriteRows(epoch, Shard, _rows.AsSpan(0, _count));
    }

    private void Enter(int epoch)
    {
        if (epoch == _nextEpoch)
        {
            (_shards, _nextShards) = (_nextShards, _shards);
            _nextEpoch = 0;
        }
        else
        {
            _order.WriteShards(epoch, _slice, _shards);
        }

        (Epoch, _place, _first, _count) = (epoch, -1, 0, 0);
    }
}
