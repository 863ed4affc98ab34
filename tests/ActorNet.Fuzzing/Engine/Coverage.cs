using System.Runtime.InteropServices;
using SharpFuzz.Common;

namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// What was reached of the product's code: a counter for each edge between two basic blocks, as afl-fuzz has it. SharpFuzz's instrumentation counts in the memory
/// that it is given; without instrumentation nothing is ever counted.
/// </summary>
internal sealed unsafe class Coverage
{
    /// <summary>The numbers that features have: an edge, and how often it was passed, by powers of two.</summary>
    public const int Features = Edges * Counts;

    private const int Edges = 1 << 16;
    private const int Counts = 8;

    private readonly byte* _counters = (byte*)NativeMemory.AlignedAlloc(Edges, 64);
    private readonly bool[] _seen = new bool[Edges];
    private readonly int[] _features = new int[Edges];
    private readonly List<int> _new = [];

    /// <summary>Gives the instrumentation its memory.</summary>
    public Coverage()
    {
        Clear();
        Trace.SharedMem = _counters;
    }

    /// <summary>Edges that were reached so far, by an input and by the same input again.</summary>
    public int Reached { get; private set; }

    /// <summary>Forgets the last input, before the next one.</summary>
    public void Clear()
    {
        new Span<byte>(_counters, Edges).Clear();
        Trace.PrevLocation = 0;
    }

    /// <summary>Takes what the last input has reached.</summary>
    /// <param name="hasNew">Whether an edge is among it that none had reached before.</param>
    /// <returns>The features that it has; the next call overwrites them.</returns>
    public ReadOnlySpan<int> Take(out bool hasNew)
    {
        _new.Clear();
        var count = 0;
        var counters = new ReadOnlySpan<byte>(_counters, Edges);
        for (var at = counters.IndexOfAnyExcept((byte)0); at >= 0;)
        {
            _features[count++] = at * Counts + byte.Log2(counters[at]);
            if (!_seen[at])
            {
                _seen[at] = true;
                _new.Add(at);
            }

            var next = counters[(at + 1)..].IndexOfAnyExcept((byte)0);
            at = next < 0 ? -1 : at + 1 + next;
        }

        hasNew = _new.Count > 0;
        return _features.AsSpan(0, count);
    }

    /// <summary>
    /// Counts the edges that were new to <see cref="Take"/>, once the same input was decoded again: what it does not reach again was a type's first use, or another
    /// thread that was there at the time, as the garbage collector's.
    /// </summary>
    /// <returns>Whether there is one.</returns>
    public bool Confirm()
    {
        var before = Reached;
        foreach (var at in _new)
        {
            _seen[at] = _counters[at] != 0;
            Reached += _seen[at] ? 1 : 0;
        }

        return Reached > before;
    }
}
