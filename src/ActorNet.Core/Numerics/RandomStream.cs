using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Numerics;

/// <summary>
/// Random numbers that are a pure function of (seed, purpose, epoch, position, element): any of them can be drawn at any time, in any
/// order, on any machine, with the same bits, and there is no state to save. Each element is one block of 128 random bits
/// (Philox4x32-10), of which every method below takes what it needs: so different elements are independent, but two methods asked for
/// the same element give two views of the same bits. Draw each element once.
/// </summary>
/// <remarks>
/// The seed and the purpose make a key; under that key the pair (epoch, position) is encrypted to 128 bits, which become the key
/// and the upper half of the counter of this stream. That step is a bijection, so two streams of one seed and purpose never overlap.
/// </remarks>
[SuppressMessage("Naming", "CA1711", Justification = "A stream of random numbers is the field's own word.")]
public readonly struct RandomStream
{
    /// <summary>Parts the words that <see cref="Shuffle"/> takes from the blocks that elements are drawn from.</summary>
    private const uint ShuffleKey = 0x53487546;

    private readonly uint _key0, _key1, _counter2, _counter3;

    /// <summary>The stream of these four coordinates. Takes about 20 ns.</summary>
    /// <param name="seed">The job's seed.</param>
    /// <param name="purpose">What the numbers are for.</param>
    /// <param name="epoch">The epoch, or 0.</param>
    /// <param name="position">Whatever else names the stream within its purpose and epoch: a slice, a layer, a sample.</param>
    public RandomStream(ulong seed, RandomPurpose purpose, ulong epoch = 0, ulong position = 0)
    {
        var (key0, key1, _, _) = Philox4x32.Block((uint)purpose, 0, 0, 0, Low(seed), High(seed));
        (_key0, _key1, _counter2, _counter3) =
            Philox4x32.Block(Low(epoch), High(epoch), Low(position), High(position), key0, key1);
    }

    /// <summary>32 random bits.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "It draws just that.")]
    public uint UInt32(ulong element) => Block(element).W0;

    /// <summary>A float in [0, 1), one of 2^24 equally likely and equally spaced.</summary>
    public float Uniform(ulong element) => (Block(element).W0 >> 8) * (1f / (1 << 24));

    /// <summary>A double in [0, 1), one of 2^53 equally likely and equally spaced.</summary>
    public double UniformDouble(ulong element) => (UInt64(element) >> 11) * (1.0 / (1L << 53));

    /// <summary>
    /// A draw from the normal distribution N(0, 1): the inverse of its cumulative distribution function, at one of 2^53 equally likely
    /// points, so within ±8.3. The same bits on every machine.
    /// </summary>
    public double Normal(ulong element)
    {
        // The points lie at (k + 1/2) / 2^53 - 1/2 for k in [0, 2^53): symmetric about 0, which no draw hits, and exact near it.
        var centred = (long)(UInt64(element) >> 11) - (1L << 52);
        return NormalQuantile.OfCentred((centred + 0.5) * (1.0 / (1L << 53)));
    }

    /// <summary>
    /// An integer in [0, <paramref name="bound"/>): the upper half of a 64-bit draw times the bound, so that no value's
    /// probability differs from 1/bound by more than one part in 2^33.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The bound is not positive.</exception>
    public int Below(ulong element, int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(UInt64(element), (ulong)bound, out _);
    }

    /// <summary>
    /// Puts the items in a random order, each order equally likely (Fisher and Yates's method, without bias). It draws from words of
    /// its own, so it is independent of every element; but two shuffles by one stream are the same shuffle.
    /// </summary>
    public void Shuffle(Span<int> items)
    {
        var words = new WordReader(this);
        for (var left = items.Length; left > 1; left--)
        {
            var pick = words.Below((uint)left);
            (items[left - 1], items[pick]) = (items[pick], items[left - 1]);
        }
    }

    /// <summary>
    /// Sets destination[i] to <paramref name="scale"/> times <see cref="Normal"/>(<paramref name="firstElement"/> + i),
    /// computed in double and then rounded to float.
    /// </summary>
    public void FillNormal(Span<float> destination, float scale, ulong firstElement = 0)
    {
        for (var i = 0; i < destination.Length; i++)
        {
            destination[i] = (float)(scale * Normal(firstElement + (ulong)i));
        }
    }

    /// <summary>
    /// Fills a span with what activations count under dropout: 0 with a probability of <paramref name="rate"/> (to one part in 2^32), else the float nearest
    /// to 1/(1 − rate). Four to an element.
    /// </summary>
    /// <param name="destination">All overwritten.</param>
    /// <param name="rate">0 or more and under 1.</param>
    public void FillKept(Span<float> destination, double rate)
    {
        var dropped = (uint)(rate * uint.MaxValue);
        var share = (float)(1 / (1 - rate));
        Span<uint> words = stackalloc uint[4];
        for (var i = 0; i < destination.Length; i += words.Length)
        {
            (words[0], words[1], words[2], words[3]) = Block((ulong)i / 4);
            var four = destination.Slice(i, Math.Min(words.Length, destination.Length - i));
            for (var k = 0; k < four.Length; k++)
            {
                four[k] = words[k] < dropped ? 0f : share;
            }
        }
    }

    /// <summary>Fills a span with 16 random bits each, eight to an element.</summary>
    /// <param name="destination">All overwritten.</param>
    public void FillUInt16(Span<ushort> destination)
    {
        Span<uint> words = stackalloc uint[4];
        var halves = MemoryMarshal.Cast<uint, ushort>(words);
        for (var i = 0; i < destination.Length; i += halves.Length)
        {
            (words[0], words[1], words[2], words[3]) = Block((ulong)i / 8);
            halves[..Math.Min(halves.Length, destination.Length - i)].CopyTo(destination[i..]);
        }
    }

    private ulong UInt64(ulong element)
    {
        var (low, high, _, _) = Block(element);
        return (ulong)high << 32 | low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (uint W0, uint W1, uint W2, uint W3) Block(ulong element) =>
        Philox4x32.Block(Low(element), High(element), _counter2, _counter3, _key0, _key1);

    private static uint Low(ulong value) => (uint)value;

    private static uint High(ulong value) => (uint)(value >> 32);

    /// <summary>The words of a stream one after the other, four to a block: fast, for draws whose number is not known ahead.</summary>
    private ref struct WordReader(RandomStream stream)
    {
        private ulong _block;
        private int _used = 4;
        private (uint W0, uint W1, uint W2, uint W3) _words;

        /// <summary>
        /// An unbiased integer in [0, bound): D. Lemire, «Fast random integer generation in an interval», ACM TOMACS 2019.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public int Below(uint bound)
        {
            var product = (ulong)Next() * bound;
            if ((uint)product < bound)
            {
                var rejected = (0u - bound) % bound;
                while ((uint)product < rejected)
                {
                    product = (ulong)Next() * bound;
                }
            }
            return (int)(product >> 32);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private uint Next()
        {
            if (_used == 4)
            {
                _words = Philox4x32.Block(
                    Low(_block), High(_block), stream._counter2, stream._counter3, stream._key0 ^ ShuffleKey, stream._key1);
                _block++;
                _used = 0;
            }
            return _used++ switch { 0 => _words.W0, 1 => _words.W1, 2 => _words.W2, _ => _words.W3 };
        }
    }
}
