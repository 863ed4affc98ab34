namespace ActorNet.Core.Data.Shards;

/// <summary>A shard was wanted that is not in the folder: it can be fetched from a node that has it.</summary>
internal sealed class MissingShardException : ShardException
{
    /// <summary>The file of a shard is missing.</summary>
    public MissingShardException(int shard, string path)
        : base(shard, $"'{path}' is missing, so shard {shard} cannot be read: copy it from where the set is whole, or write the folder again with 'actornet data shard'.")
    {
    }
}
