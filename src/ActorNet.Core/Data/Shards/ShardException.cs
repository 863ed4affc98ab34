namespace ActorNet.Core.Data.Shards;

/// <summary>A shard cannot be read from this node's folder. Another node may have it.</summary>
internal class ShardException : ActorNetException
{
    /// <summary>A shard is at fault.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="message">One line: what, where, what to do.</param>
    public ShardException(int shard, string message)
        : base(message) => Shard = shard;

    /// <summary>A shard is at fault, as another exception says.</summary>
    public ShardException(int shard, string message, Exception cause)
        : base(message, cause) => Shard = shard;

    /// <summary>The shard.</summary>
    public int Shard { get; }
}
