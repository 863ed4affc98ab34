namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// The inputs that are worth mutating: of all that pass an edge about as often, the shortest, as libFuzzer has it. A long one leaves when shorter ones reach all
/// that it reaches, so that a campaign grows faster, not slower.
/// </summary>
/// <param name="random">Chooses.</param>
internal sealed class Pool(Random random)
{
    private const int MostBytes = 64 * 1024;
    private const int Newest = 32;

    private readonly Entry?[] _shortest = new Entry?[Coverage.Features];
    private readonly List<Entry> _entries = [];

    /// <summary>The inputs, the shortest first.</summary>
    public IEnumerable<byte[]> Inputs => _entries.Where(entry => entry.Owned > 0).Select(entry => entry.Input).OrderBy(input => input.Length);

    /// <summary>Takes an input where it is the shortest that reaches something.</summary>
    /// <param name="input">The input.</param>
    /// <param name="features">What it reaches: <see cref="Coverage.Take"/>.</param>
    public void Offer(byte[] input, ReadOnlySpan<int> features)
    {
        if (input.Length > MostBytes)
        {
            return;
        }

        var entry = new Entry(input);
        foreach (var feature in features)
        {
            ref var shortest = ref _shortest[feature];
            if (shortest is null || input.Length < shortest.Input.Length)
            {
                Release(shortest);
                shortest = entry;
                entry.Owned++;
            }
        }

        if (entry.Owned > 0)
        {
            _entries.Add(entry);
        }
    }

    /// <summary>Of all inputs, one of the newest every other time: what is new has not been mutated much.</summary>
    public byte[] Pick()
    {
        while (_entries.Count > 0)
        {
            var at = random.Next(2) == 0 ? _entries.Count - 1 - random.Next(Math.Min(_entries.Count, Newest)) : random.Next(_entries.Count);
            if (_entries[at].Owned > 0)
            {
                return _entries[at].Input;
            }

            _entries.RemoveAt(at);
        }

        return [];
    }

    private static void Release(Entry? entry)
    {
        if (entry is not null)
        {
            entry.Owned--;
        }
    }

    /// <summary>An input, and of how much it is the shortest.</summary>
    private sealed class Entry(byte[] input)
    {
        public byte[] Input { get; } = input;

        public int Owned { get; set; }
    }
}
