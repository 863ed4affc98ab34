using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// What was reached of the product's code: a counter for each edge between two basic blocks, as afl-fuzz has it. SharpFuzz's instrumentation counts in the memory
/// that it is given; without instrumentation nothing is ever counted.
/// </summary>
internal sealed unsafe class Coverage
{
    private const int Edges = 1 << 16;

    private readonly byte* _counters = (byte*)NativeMemory.AlignedAlloc(Edges, 64);
    private readonly byte[] _seen = new byte[Edges];

    /// <summary>Gives the instrumentation its memory.</summary>
    public Coverage()
    {
        Clear();
        Trace.SharedMem = _counters;
    }

    /// <summary>Edges that were reached so far.</summary>
    public int Reached { get; private set; }

    /// <summary>Forgets the last input, before the next one.</summary>
    public void Clear()
    {
        new Span<byte>(_counters, Edges).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Takes what the last input has reached.</summary>
    /// <returns>Whether it has reached an edge that none had before, and whether it has passed one more often, by powers of two.</returns>
    public (bool NewEdge, bool NewCount) Take()
    {
        var (newEdge, newCount) = (false, false);
        var counters = new ReadOnlySpan<byte>(_counters, Edges);
        for (var at = counters.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            var bucket = (byte)(1 << byte.Log2(counters[at]));
            if ((_seen[at] & bucket) == 0)
            {
                newCount = true;
                newEdge |= _seen[at] == 0;
                Reached += _seen[at] == 0 ? 1 : 0;
                _seen[at] |= bucket;
            }

            var next = counters[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        return (newEdge, newCount);
    }
}
