namespace ActorNet.Core.Data.Shards;

/// <summary>
/// Reads a slice of a sharded set: the running shard is in memory, the next one is read meanwhile. So a slice takes the memory of two shards, however
/// large the set is.
/// </summary>
internal sealed class ShardReader(ShardFolder folder, ShardedOrder order, int slice) : SliceReader
{
    private readonly ShardCursor _cursor = new(order, slice);
    private ShardBuffer _current = new(folder);
    private ShardBuffer _next = new(folder);

    public override int Seek(int epoch, int draw) => _cursor.Seek(epoch, draw);

    public override void Read(Span<float> inputs, Span<float> targets)
    {
        if (_current.Shard != _cursor.Shard)
        {
            Switch();
        }

        _current.Read(_cursor.Row, inputs, targets);
    }

    private void Switch()
    {
        (_current, _next) = (_next, _current);
        _current.Begin(_cursor.Shard);
        _current.Complete();
        if (_cursor.NextShard != _current.Shard)
        {
            _next.Begin(_cursor.NextShard);
        }
    }
}
