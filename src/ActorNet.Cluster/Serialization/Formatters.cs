using ActorNet.Core.Training;
using Akka.Actor;
using MessagePack;
using MessagePack.Formatters;

namespace ActorNet.Cluster.Serialization;

/// <summary>A reference to an actor, as its path with the address of its system.</summary>
internal sealed class ActorRefFormatter(ExtendedActorSystem system) : IMessagePackFormatter<IActorRef?>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, IActorRef? value, MessagePackSerializerOptions options) =>
        writer.Write(value is null ? null : Akka.Serialization.Serialization.SerializedActorPath(value));

    /// <inheritdoc/>
    public IActorRef? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options) =>
        reader.ReadString() is { } path ? system.Provider.ResolveActorRef(path) : null;
}

/// <summary>A score: samples, cost, correct.</summary>
internal sealed class ScoreFormatter : IMessagePackFormatter<Score>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, Score value, MessagePackSerializerOptions options)
    {
        writer.WriteArrayHeader(3);
        writer.Write(value.Samples);
        writer.Write(value.Cost);
        writer.Write(value.Correct);
    }

    /// <inheritdoc/>
    public Score Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        Fields.Require(ref reader, 3);
        return new Score(reader.ReadInt32(), reader.ReadDouble(), reader.ReadInt32());
    }
}

/// <summary>A running epoch's ledger: the epoch, then count and digest of each slice in order.</summary>
internal sealed class EpochLedgerFormatter : IMessagePackFormatter<EpochLedger?>
{
    /// <inheritdoc/>
    public void Serialize(ref MessagePackWriter writer, EpochLedger? value, MessagePackSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNil();
            return;
        }

        writer.WriteArrayHeader(1 + 3 * value.Slices.Count);
        writer.Write(value.Epoch);
        foreach (var slice in value.Slices)
        {
            writer.Write(slice.Slice);
            writer.Write(slice.Count);
            writer.Write(slice.Digest);
        }
    }

    /// <inheritdoc/>
    public EpochLedger? Deserialize(ref MessagePackReader reader, MessagePackSerializerOptions options)
    {
        if (reader.TryReadNil())
        {
            return null;
        }

        // The reader knows how many bytes are left: a header that promises more entries than they can hold is refused.
        var slices = new LedgerSlice[(reader.ReadArrayHeader() - 1) / 3];
        var epoch = reader.ReadInt32();
        for (var i = 0; i < slices.Length; i++)
        {
            slices[i] = new LedgerSlice(reader.ReadInt32(), reader.ReadInt64(), reader.ReadUInt64());
        }

        return new EpochLedger(epoch, slices);
    }
}

/// <summary>Checks of what is read.</summary>
file static class Fields
{
    public static void Require(ref MessagePackReader reader, int count)
    {
        if (reader.ReadArrayHeader() is var found && found < count)
        {
            throw new MessagePackSerializationException($"A record has {found} fields where {count} are needed.");
        }
    }
}
