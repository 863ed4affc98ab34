using System.Globalization;
using System.Text;

namespace ActorNet.Core.Data.Formats;

/// <summary>
/// Gives labels their class numbers. Whole numbers with 0 among them are class numbers themselves; other labels are names, and their numbers are the order
/// of the sorted names (whole numbers by size, words by their characters' codes). That is known only when all labels were seen, so each gets a provisional
/// number first. Where the classes are known already, no other label is taken.
/// </summary>
internal sealed class ClassNames
{
    /// <summary>More different labels than this are rather numbers to predict.</summary>
    public const int Most = 10_000;

    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly Dictionary<long, int> _ofNumbers = [];
    private readonly List<string> _names = [];
    private readonly bool _known;

    /// <summary>Classes.</summary>
    /// <param name="known">Their names in the order of their numbers; null to learn them.</param>
    public ClassNames(IReadOnlyList<string>? known)
    {
        _known = known is not null;
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var name in known ?? [])
        {
            _numbers.TryAdd(name, _names.Count);
            _names.Add(name);
        }
    }

    /// <summary>The provisional number of a text's label.</summary>
    /// <param name="label">The label as UTF-8, without blanks around it.</param>
    /// <param name="trouble">What is wrong with it, if the number is below 0.</param>
    public int Add(ReadOnlySpan<byte> label, out string? trouble)
    {
        trouble = null;
        if (label.IsEmpty)
        {
            trouble = "there is no class: fill it in, or remove the row";
            return -1;
        }

        if (label is [>= (byte)'0' and <= (byte)'9'])
        {
            return Add(label[0] - '0', out trouble);
        }

        if (double.TryParse(label, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var isWhole = Math.Abs(number) < 1L << 53 && number == Math.Truncate(number);
            return isWhole ? Add((long)number, out trouble) : Refuse($"'{Encoding.UTF8.GetString(label)}' is no class, which is a word or a whole number: numbers to predict are --task regression", out trouble);
        }

        if (label.Length > 200)
        {
            return Refuse($"a class has a name of {label.Length} bytes: is this the column of the classes? --label names it", out trouble);
        }

        Span<char> characters = stackalloc char[label.Length];
        var length = Encoding.UTF8.GetChars(label, characters);
        return _lookup.TryGetValue(characters[..length], out var known) ? known : Learn(characters[..length].ToString(), out trouble);
    }

    /// <summary>The provisional number of a whole number's label.</summary>
    /// <param name="label">The label.</param>
    /// <param name="trouble">What is wrong with it, if the number is below 0.</param>
    public int Add(long label, out string? trouble)
    {
        trouble = null;
        if (_ofNumbers.TryGetValue(label, out var known))
        {
            return known;
        }

        var name = label.ToString(CultureInfo.InvariantCulture);
        return _ofNumbers[label] = _numbers.TryGetValue(name, out known) ? known : Learn(name, out trouble);
    }

    /// <summary>The classes, and the class of each provisional number; to be asked when all labels were seen.</summary>
    /// <param name="file">Where the labels were, for errors.</param>
    /// <exception cref="ActorNetException">There is one class alone, or the numbers of the classes are too high.</exception>
    public (IReadOnlyList<string> Names, int[] Classes) Resolve(string file)
    {
        if (_known)
        {
            return (_names, [.. Enumerable.Range(0, _names.Count)]);
        }

        if (_names.Count == 1)
        {
            throw new ActorNetException($"{file}: every label is '{_names[0]}', so there is nothing to tell apart: name the labels' column with --label.");
        }

        var numbers = _names.Select(name => long.TryParse(name, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : (long?)null).ToArray();
        var areNumbers = numbers.All(number => number is not null);
        if (areNumbers && numbers.Min() == 0)
        {
            var count = numbers.Max()!.Value + 1;
            return count <= Most
                ? ([.. Enumerable.Range(0, (int)count).Select(i => i.ToString(CultureInfo.InvariantCulture))], [.. numbers.Select(number => (int)number!.Value)])
                : throw new ActorNetException($"{file}: a label is {count - 1}, but labels from 0 count the classes, of which {Most} are possible: numbers to predict are --task regression.");
        }

        int[] order = [.. Enumerable.Range(0, _names.Count)];
        Array.Sort(order, (x, y) => areNumbers ? numbers[x]!.Value.CompareTo(numbers[y]!.Value) : string.CompareOrdinal(_names[x], _names[y]));
        var classes = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            classes[order[i]] = i;
        }

        IReadOnlyList<string> names = [.. order.Select(i => _names[i])];
        return names.Sum(name => Uri.EscapeDataString(name).Length + 1) <= SampleFormat.MaxLength
            ? (names, classes)
            : throw new ActorNetException($"{file}: the names of its {names.Count} classes are too long to go with the model ({SampleFormat.MaxLength} characters): use numbers from 0.");
    }

    private int Learn(string name, out string? trouble)
    {
        trouble = null;
        if (_known)
        {
            var nearest = NameSuggestion.Nearest(name, _names) is { } near ? $": did you mean '{near}'?" : ", which are " + string.Join(", ", _names.Take(20)) + (_names.Count > 20 ? ", …" : "");
            return Refuse($"'{name}' is none of the {_names.Count} classes of the training part{nearest}", out trouble);
        }

        if (_names.Count == Most)
        {
            return Refuse($"there are more than {Most} different labels: is this the column of the classes? --label names it; numbers to predict are --task regression", out trouble);
        }

        _names.Add(name);
        return _numbers[name] = _names.Count - 1;
    }

    private static int Refuse(string why, out string? trouble)
    {
        trouble = why;
        return -1;
    }
}
