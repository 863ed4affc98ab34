using ActorNet.Core.Data.Formats;

namespace ActorNet.Core.Data.Shards;

/// <summary>
/// A set in a folder of NumPy files that need not fit into memory: sample i is row i div C of shard i mod C. A slice of a job reads its shards one
/// after the other (<see cref="ShardReader"/>); <see cref="Read"/> gets a single sample from the disk. Shards may be missing from the folder as
/// long as nobody wants them.
/// </summary>
internal sealed class ShardedDataSet : DataSet
{
    [ThreadStatic]
    private static byte[]? _scratch;

    private readonly ShardManifest _manifest;
    private readonly string _hash;

    /// <summary>The set that a manifest describes, in a folder.</summary>
    public ShardedDataSet(string folder, ShardManifest manifest)
    {
        Folder = new ShardFolder(folder, manifest);
        _manifest = manifest;
        _hash = manifest.Hash;
        Format = manifest.Format is { } format ? SampleFormat.Parse(format) : null;
    }

    /// <summary>Its files.</summary>
    public ShardFolder Folder { get; }

    /// <inheritdoc/>
    public override string Name => _manifest.Name;

    /// <inheritdoc/>
    public override TaskKind Task => _manifest.Task;

    /// <inheritdoc/>
    public override int Count => _manifest.Count;

    /// <inheritdoc/>
    public override int InputSize => Folder.Format.InputSize;

    /// <inheritdoc/>
    public override int TargetSize => _manifest.TargetSize;

    /// <summary>A function of the shards' own hashes: the same wherever the folder is.</summary>
    public override string Hash => _hash;

    internal override SampleFormat? Format { get; }

    internal override IReadOnlyList<int>? InputShape => _manifest.Shape.Count > 1 ? _manifest.Shape : null;

    internal override ImageShape? Image => HasBytes && _manifest.Shape is [var height, var width] ? new ImageShape(width, height) : null;

    internal override bool HasBytes => Folder.Format.InputType == NpyType.UInt8;

    internal override IReadOnlyList<int>? PerClass => _manifest.PerClass;

    internal override int Shards => _manifest.Shards.Count;

    internal override ShardedDataSet? Sharded => this;

    /// <summary>Whether a folder holds a sharded set.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, ShardManifest.FileName));

    /// <summary>Opens the set in a folder. No shard is looked at.</summary>
    /// <exception cref="ActorNetException">There is none, or its manifest is damaged.</exception>
    public static ShardedDataSet Open(string folder) => new(folder, ShardManifest.Load(folder));

    /// <summary>The shards that a slice draws from.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="slices">Slices of the job, of which the number of shards is a multiple.</param>
    public IEnumerable<int> ShardsOf(int slice, int slices)
    {
        for (var shard = slice; shard < Shards; shard += slices)
        {
            yield return shard;
        }
    }

    /// <summary>Whether all shards of a slice are in the folder now.</summary>
    public bool Holds(int slice, int slices) => ShardsOf(slice, slices).All(Folder.Has);

    /// <inheritdoc/>
    /// <exception cref="MissingShardException">The sample's shard is not in the folder.</exception>
    /// <exception cref="ActorNetException">Its file is damaged or cannot be read.</exception>
    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        var (row, shard) = Math.DivRem(index, Shards);
        var format = Folder.Format;
        var raw = Scratch(format.InputBytes);
        Folder.ReadRow(shard, targets: false, row, raw);
        format.DecodeInputs(raw, inputs);
        raw = Scratch(format.TargetBytes);
        Folder.ReadRow(shard, targets: true, row, raw);
        format.DecodeTargets(raw, targets);
    }

    internal override SliceReader OpenSlice(SampleOrder order, int slice) => new ShardReader(Folder, (ShardedOrder)order, slice);

    private static Span<byte> Scratch(int bytes) => (_scratch?.Length >= bytes ? _scratch : _scratch = new byte[bytes]).AsSpan(0, bytes);
}
