using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace ActorNet.Fuzzing.Engine;

/// <summary>Makes new inputs of those that are there. The same seed makes the same ones of the same.</summary>
/// <param name="seed">The seed.</param>
/// <param name="words">Words of the format.</param>
internal sealed class Mutator(int seed, IReadOnlyList<string> words)
{
    private const int MostBytes = 16 * 1024;
    private const int MostInflatedBytes = 1_000_000;
    private const int InflateOneOf = 4000;

    private static readonly long[] _numbers =
    [
        0, 1, -1, 2, 7, 8, 16, 32, 64, 100, 127, 128, -128, 255, 256, 1000, 1024, 4096, 32_767, 32_768, -32_768, 65_535, 65_536, 100_000, 16_777_216, 64_000_000,
        int.MaxValue, int.MinValue, uint.MaxValue, 1L << 32, long.MaxValue, long.MinValue,
    ];

    private static readonly string[] _texts =
    [
        "-1", "0", "1", "2", "10", "255", "256", "4096", "65536", "1000000", "2147483647", "2147483648", "-2147483648", "4294967296", "9223372036854775807", "9223372036854775808", "1e9", "1e400", "-1e400", "1e-400", "NaN",
        "Infinity", "\"NaN\"", "0.5", "null", "true", "false", "\"\"", "[]", "{}", "[[", "{\"", "\\u0000", "\\ud800", "\0", "\n", "\r\n", "\u00e9", "\ufeff", "\U0001F600", " ", ",", "\"", "'", "/", "../", "\u001b[31m",
    ];

    private readonly Random _random = new(seed);

    /// <summary>Makes an input.</summary>
    /// <param name="input">Of this one.</param>
    /// <param name="other">Another one, parts of which may come in.</param>
    public byte[] Mutate(byte[] input, byte[] other)
    {
        if (_random.Next(InflateOneOf) == 0)
        {
            return Inflate(input);
        }

        var bytes = new List<byte>(input);
        for (var rounds = 1 << _random.Next(4); rounds > 0; rounds--)
        {
            Change(bytes, other);
        }

        if (bytes.Count > MostBytes)
        {
            bytes.RemoveRange(MostBytes, bytes.Count - MostBytes);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, byte[] other)
    {
        switch (_random.Next(18))
        {
            case 0 when bytes.Count > 0:
                bytes[_random.Next(bytes.Count)] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[_random.Next(bytes.Count)] = (byte)_random.Next(256);
                break;
            case 2 when bytes.Count > 0:
                bytes[_random.Next(bytes.Count)] += (byte)_random.Next(-16, 17);
                break;
            case 3:
                Overwrite(bytes, Number());
                break;
            case 4:
                bytes.InsertRange(_random.Next(bytes.Count + 1), Number());
                break;
            case 5 when bytes.Count > 0:
                var (start, length) = Block(bytes.Count);
                bytes.RemoveRange(start, length);
                break;
            case 6 when bytes.Count > 0:
                (start, length) = Block(bytes.Count);
                bytes.InsertRange(_random.Next(bytes.Count + 1), bytes.GetRange(start, length));
                break;
            case 7 when bytes.Count > 0:
                (start, length) = Block(bytes.Count);
                Overwrite(bytes, [.. bytes.GetRange(start, length)]);
                break;
            case 8 when bytes.Count > 0 && _random.Next(4) == 0:
                bytes.RemoveRange(_random.Next(bytes.Count), 0);
                bytes.RemoveRange(start = _random.Next(bytes.Count), bytes.Count - start);
                break;
            case 9 when other.Length > 0:
                Splice(bytes, other);
                break;
            case 10:
                bytes.InsertRange(_random.Next(bytes.Count + 1), Word());
                break;
            case 11:
                Overwrite(bytes, Word());
                break;
            case 12:
                ReplaceNumber(bytes);
                break;
            case 13 when bytes.Count > 0:
                (start, length) = Block(Math.Min(bytes.Count, 64));
                var block = bytes.GetRange(start, length);
                for (var times = _random.Next(1, 65); times > 0 && bytes.Count < MostBytes; times--)
                {
                    bytes.InsertRange(start, block);
                }

                break;
            case >= 14:
                ChangeSegment(bytes, other);
                break;
            default:
                bytes.Insert(_random.Next(bytes.Count + 1), (byte)_random.Next(256));
                break;
        }
    }

    /// <summary>Leaves out a line or a value, or puts one of either input in its place or before it.</summary>
    private void ChangeSegment(List<byte> bytes, byte[] other)
    {
        byte[] text = [.. bytes];
        var (start, length) = Segments.Draw(text, _random);
        if (_random.Next(4) is var choice && choice > 0)
        {
            var source = _random.Next(2) == 0 ? text : other;
            var (from, count) = Segments.Draw(source, _random);
            bytes.InsertRange(start, source.AsSpan(from, count));
            start += count;
            if (choice > 1 && length > 0 && text[start - count + length - 1] != '\n')
            {
                bytes.Insert(start++, (byte)',');
            }
        }

        if (choice < 2)
        {
            bytes.RemoveRange(start, length);
        }
    }

    /// <summary>Repeats a part until the input is large: what takes longer than its length shows only so.</summary>
    private byte[] Inflate(byte[] input)
    {
        if (input.Length == 0)
        {
            return input;
        }

        var (start, length) = Block(Math.Min(input.Length, 256));
        var times = Math.Max(1, ((MostInflatedBytes >> _random.Next(5)) - input.Length) / length);
        var inflated = new byte[input.Length + times * length];
        input.AsSpan(0, start).CopyTo(inflated);
        for (var i = 0; i < times; i++)
        {
            input.AsSpan(start, length).CopyTo(inflated.AsSpan(start + i * length));
        }

        input.AsSpan(start).CopyTo(inflated.AsSpan(start + times * length));
        return inflated;
    }

    /// <summary>A part of it, more often a short one.</summary>
    private (int Start, int Length) Block(int count)
    {
        var length = Math.Min(count, 1 + _random.Next(1 << _random.Next(1, 11)));
        return (_random.Next(count - length + 1), length);
    }

    private byte[] Number()
    {
        var number = _numbers[_random.Next(_numbers.Length)] + (_random.Next(4) == 0 ? _random.Next(-2, 3) : 0);
        var bytes = new byte[8];
        if (_random.Next(2) == 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
            return bytes[..(1 << _random.Next(4))];
        }

        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes[^(1 << _random.Next(4))..];
    }

    private byte[] Word() => Encoding.UTF8.GetBytes(words.Count > 0 && _random.Next(4) > 0 ? words[_random.Next(words.Count)] : _texts[_random.Next(_texts.Length)]);

    private void Overwrite(List<byte> bytes, byte[] with)
    {
        var start = _random.Next(bytes.Count + 1);
        for (var i = 0; i < with.Length && start + i < bytes.Count; i++)
        {
            bytes[start + i] = with[i];
        }
    }

    private void Splice(List<byte> bytes, byte[] other)
    {
        var (start, length) = Block(other.Length);
        var at = _random.Next(bytes.Count + 1);
        var cut = Math.Min(bytes.Count - at, _random.Next(2) == 0 ? 0 : length);
        bytes.RemoveRange(at, cut);
        bytes.InsertRange(at, other.AsSpan(start, length));
    }

    /// <summary>Puts another number in the place of one that is written in digits.</summary>
    private void ReplaceNumber(List<byte> bytes)
    {
        var digits = Enumerable.Range(0, bytes.Count).Where(i => char.IsAsciiDigit((char)bytes[i]) && (i == 0 || !char.IsAsciiDigit((char)bytes[i - 1]))).ToArray();
        if (digits.Length == 0)
        {
            return;
        }

        var start = digits[_random.Next(digits.Length)];
        var end = start;
        while (end < bytes.Count && char.IsAsciiDigit((char)bytes[end]))
        {
            end++;
        }

        bytes.RemoveRange(start, end - start);
        var number = _random.Next(2) == 0 ? _texts[_random.Next(20)] : _numbers[_random.Next(_numbers.Length)].ToString(CultureInfo.InvariantCulture);
        bytes.InsertRange(start, Encoding.ASCII.GetBytes(number));
    }
}
