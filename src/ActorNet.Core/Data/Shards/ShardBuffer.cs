namespace ActorNet.Core.Data.Shards;

/// <summary>Memory for one shard, which is used again for the next: read whole by the thread pool while its owner does something else.</summary>
internal sealed class ShardBuffer(ShardFolder folder)
{
    private byte[] _inputs = [];
    private byte[] _targets = [];
    private Task _loading = Task.CompletedTask;

    /// <summary>The shard that is in here, or on its way; -1 for none.</summary>
    public int Shard { get; private set; } = -1;

    /// <summary>Starts to read a shard, unless it is here already or on its way.</summary>
    public void Begin(int shard)
    {
        if (shard == Shard)
        {
            return;
        }

        // The buffer still belongs to a read that nobody wants any more; that it failed concerns nobody either.
        _loading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
        Shard = shard;
        _loading = LoadAsync(shard);
    }

    /// <summary>Waits until the shard is here. For threads that are not the pool's: it is the pool that reads.</summary>
    /// <exception cref="ActorNetException">It is missing or damaged, or cannot be read.</exception>
    public void Complete()
    {
        if (_loading.IsCompletedSuccessfully)
        {
            return;
        }

        try
        {
            _loading.GetAwaiter().GetResult();
        }
        catch
        {
            Shard = -1;
            _loading = Task.CompletedTask;
            throw;
        }
    }

    /// <summary>Writes a row of the shard, which is here.</summary>
    public void Read(int row, Span<float> inputs, Span<float> targets)
    {
        var (format, shard) = (folder.Format, folder.Manifest.Shards[Shard]);
        format.DecodeInputs(Row(_inputs, shard.Inputs, shard.Count, format.InputBytes, row), inputs);
        format.DecodeTargets(Row(_targets, shard.Targets, shard.Count, format.TargetBytes, row), targets);
    }

    private static ReadOnlySpan<byte> Row(byte[] file, ShardFile entry, int rows, int bytes, int row) =>
        file.AsSpan((int)entry.Bytes - (rows - row) * bytes, bytes);

    private async Task LoadAsync(int shard)
    {
        Grow(ref _inputs, entry => entry.Inputs.Bytes);
        Grow(ref _targets, entry => entry.Targets.Bytes);
        await folder.LoadAsync(shard, targets: false, _inputs).ConfigureAwait(false);
        await folder.LoadAsync(shard, targets: true, _targets).ConfigureAwait(false);
    }

    /// <summary>At the first shard, room for the longest: a shard that is one sample longer must not cost another buffer.</summary>
    private void Grow(ref byte[] buffer, Func<Shard, long> bytes)
    {
        if (buffer.Length == 0)
        {
            buffer = GC.AllocateUninitializedArray<byte>((int)folder.Manifest.Shards.Max(bytes));
        }
    }
}
