using System.Runtime.InteropServices;
using System.Security.Cryptography;
using ActorNet.Core.Checkpoints;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>A copy of all weights and optimizer state at one version, filled range by range by the partitions.</summary>
internal sealed class Snapshot
{
    /// <summary>Room for a job's parameters.</summary>
    /// <param name="parameters">Length of the parameter vector.</param>
    /// <param name="stateCount">State vectors of its optimizer.</param>
    public Snapshot(int parameters, int stateCount)
    {
        Weights = new AlignedBuffer(parameters);
        State = [.. Enumerable.Range(0, stateCount).Select(_ => new AlignedBuffer(parameters))];
    }

    /// <summary>The whole parameter vector.</summary>
    public AlignedBuffer Weights { get; }

    /// <summary>The optimizer's state vectors, each as long as the parameter vector.</summary>
    public IReadOnlyList<AlignedBuffer> State { get; }

    /// <summary>SHA-256 of the weights as little-endian floats, in lower-case hexadecimal: what two runs are compared by.</summary>
    public string WeightsSha256 => Sha256(Weights.Span);

    /// <summary>SHA-256 of floats in little-endian order, in lower-case hexadecimal.</summary>
    public static string Sha256(ReadOnlySpan<float> values) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)));

    /// <summary>Copies one partition's range.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="weights">Its weights.</param>
    public void Take(ParameterPartition partition, ReadOnlySpan<float> weights)
    {
        var range = partition.Range;
        weights.CopyTo(Weights.Span.Slice(range.Start, range.Length));
        for (var i = 0; i < State.Count; i++)
        {
            partition.State[i].Span.CopyTo(State[i].Span.Slice(range.Start, range.Length));
        }
    }

    /// <summary>The vectors of a partition: its range of the weights, then of the optimizer's state.</summary>
    public IReadOnlyList<Memory<float>> Vectors(PartitionRange range) =>
        [.. State.Prepend(Weights).Select(vector => vector.Memory.Slice(range.Start, range.Length))];

    /// <summary>The same as bytes.</summary>
    public IReadOnlyList<Memory<byte>> ByteVectors(PartitionRange range) =>
        [.. State.Prepend(Weights).Select(vector => vector.Bytes.Slice(range.Start * sizeof(float), range.Length * sizeof(float)))];

    /// <summary>The weights as named tensors.</summary>
    public IReadOnlyList<NamedTensor> WeightTensors(ParameterLayout layout) => ModelWeights.ToTensors(layout, Weights.Memory);

    /// <summary>The optimizer's state as flat tensors.</summary>
    public IReadOnlyList<NamedTensor> StateTensors() =>
        [.. State.Select((vector, i) => new NamedTensor($"state{i}", [vector.Length], vector.Memory))];

    /// <summary>Fills the snapshot from a checkpoint.</summary>
    /// <param name="layout">The network's tensors.</param>
    /// <param name="checkpoint">A checkpoint of the same job.</param>
    /// <exception cref="ActorNetException">Its tensors are not those of the network or optimizer.</exception>
    public void Load(ParameterLayout layout, Checkpoint checkpoint)
    {
        ModelWeights.Load(layout, checkpoint.Weights, Weights.Span);
        for (var i = 0; i < State.Count; i++)
        {
            var name = $"state{i}";
            var tensor = checkpoint.OptimizerState.FirstOrDefault(tensor => tensor.Name == name);
            if (tensor is null || tensor.Data.Length != State[i].Length)
            {
                throw new ActorNetException($"The checkpoint's optimizer state '{name}' is missing or has another length: it belongs to another job.");
            }

            tensor.Data.Span.CopyTo(State[i].Span);
        }
    }
}
