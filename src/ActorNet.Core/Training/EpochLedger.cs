namespace ActorNet.Core.Training;

/// <summary>The samples of one slice that an epoch has counted so far.</summary>
/// <param name="Slice">The slice.</param>
/// <param name="Count">How many samples.</param>
/// <param name="Digest">A commutative digest of their ids: the same in any order.</param>
public sealed record LedgerSlice(int Slice, long Count, ulong Digest);

/// <summary>The ledger of the epoch that a checkpoint cuts through.</summary>
/// <param name="Epoch">The number of the running epoch, counted from 1.</param>
/// <param name="Slices">One entry per slice.</param>
public sealed record EpochLedger(int Epoch, IReadOnlyList<LedgerSlice> Slices);
