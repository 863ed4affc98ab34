using ActorNet.Core.Training;
using MessagePack;

namespace ActorNet.Cluster.Protocol;

/// <summary>A change of the learning rate.</summary>
/// <param name="Step">The first step made with it.</param>
/// <param name="Rate">The rate before the schedule.</param>
[MessagePackObject]
internal sealed record RateStep([property: Key(0)] long Step, [property: Key(1)] double Rate)
{
    /// <summary>Changes as they cross the network.</summary>
    public static RateStep[] Of(IReadOnlyList<RateChange> changes) => [.. changes.Select(change => new RateStep(change.Step, change.Rate))];

    /// <summary>Changes that came.</summary>
    public static IReadOnlyList<RateChange> Read(RateStep[]? changes) => [.. (changes ?? []).Select(change => new RateChange(change.Step, change.Rate))];
}

/// <summary>The coordinator tells a partition, which holds, every change of the learning rate so far.</summary>
/// <param name="Changes">All changes, in the order in which they were asked for.</param>
/// <param name="Number"><inheritdoc cref="IOrder.Number" path="/summary/node()"/></param>
[MessagePackObject]
internal sealed record ChangeRates([property: Key(0)] RateStep[] Changes, [property: Key(1)] int Number = 0) : IWireMessage, IOrder
{
    /// <inheritdoc/>
    public IOrder At(int number) => this with { Number = number };
}

/// <summary>A person wants a node to hand over what it has, and to end.</summary>
/// <param name="By">Who.</param>
[MessagePackObject]
internal sealed record AskToLeave([property: Key(0)] string By) : IWireMessage;
