using System.Collections.Frozen;
using System.Runtime.Serialization;
using ActorNet.Cluster.Protocol;
using Akka.Actor;
using Akka.Serialization;
using MessagePack;
using MessagePack.Resolvers;

namespace ActorNet.Cluster.Serialization;

/// <summary>
/// The one serializer of messages between nodes: MessagePack with integer keys and short manifests. Only the messages that <see cref="Wire.Messages"/> lists
/// pass; what comes in is not trusted.
/// </summary>
internal sealed class WireSerializer : SerializerWithStringManifest
{
    private static readonly FrozenDictionary<string, Type> _types = Wire.Messages.ToFrozenDictionary();
    private static readonly FrozenDictionary<Type, string> _manifests = Wire.Messages.ToFrozenDictionary(entry => entry.Value, entry => entry.Key);

    private readonly MessagePackSerializerOptions _options;

    /// <summary>The serializer of an actor system, which resolves references to actors.</summary>
    public WireSerializer(ExtendedActorSystem system)
        : base(system) => _options = Options(system);

    /// <inheritdoc/>
    public override int Identifier => 4053;

    /// <summary>How messages are written and read.</summary>
    public static MessagePackSerializerOptions Options(ExtendedActorSystem system) => MessagePackSerializerOptions.Standard
        .WithResolver(CompositeResolver.Create(
            [new ActorRefFormatter(system), new ScoreFormatter(), new EpochLedgerFormatter()],
            [BuiltinResolver.Instance, DynamicObjectResolverAllowPrivate.Instance, DynamicGenericResolver.Instance]))
        .WithSecurity(MessagePackSecurity.UntrustedData);

    /// <inheritdoc/>
    public override string Manifest(object o) => _manifests.TryGetValue(o.GetType(), out var manifest)
        ? manifest
        : throw new SerializationException($"{o.GetType().Name} is no message between nodes.");

    /// <inheritdoc/>
    public override byte[] ToBinary(object obj) => MessagePackSerializer.Serialize(obj.GetType(), obj, _options);

    /// <inheritdoc/>
    /// <exception cref="SerializationException">The only exception whatever comes in: Akka.NET then drops the message, and keeps the connection.</exception>
    public override object FromBinary(byte[] bytes, string manifest)
    {
        if (!_types.TryGetValue(manifest, out var type))
        {
            throw new SerializationException($"This version knows no message '{manifest}': update it.");
        }

        try
        {
            var message = MessagePackSerializer.Deserialize(type, bytes, _options) ?? throw new SerializationException($"A {type.Name} is nothing at all.");
            return RequiredFields.FindNil(message) is { } nil
                ? throw new SerializationException($"A {type.Name} has no {nil}.")
                : message;
        }
        catch (MessagePackSerializationException error)
        {
            throw new SerializationException($"{bytes.Length} bytes are no {type.Name}: {error.Message}", error);
        }
    }
}
