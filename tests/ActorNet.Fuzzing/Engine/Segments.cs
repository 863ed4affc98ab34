namespace ActorNet.Fuzzing.Engine;

/// <summary>Parts of a text that stand for themselves: lines, and members and elements of JSON. Mutations of bytes seldom meet where one begins and ends.</summary>
internal static class Segments
{
    /// <summary>A part at a place that is drawn: a line, or what stands between commas and brackets; empty where there is none.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="random">Draws.</param>
    public static (int Start, int Length) Draw(ReadOnlySpan<byte> bytes, Random random)
    {
        if (bytes.IsEmpty)
        {
            return (0, 0);
        }

        var from = random.Next(bytes.Length);
        return random.Next(4) switch
        {
            0 => Line(bytes, from),
            1 => Value(bytes, from, isMember: false),
            _ => Value(bytes, from, isMember: true),
        };
    }

    private static (int Start, int Length) Line(ReadOnlySpan<byte> bytes, int from)
    {
        var start = bytes[..from].LastIndexOf((byte)'\n') + 1;
        var end = bytes[start..].IndexOf((byte)'\n');
        return (start, end < 0 ? bytes.Length - start : end + 1);
    }

    /// <summary>What follows the next comma or opening bracket, or, of a member, the next colon too, up to where it ends.</summary>
    private static (int Start, int Length) Value(ReadOnlySpan<byte> bytes, int from, bool isMember)
    {
        var before = isMember ? bytes[from..].IndexOfAny(",{["u8) : bytes[from..].IndexOfAny(",:["u8);
        if (before < 0)
        {
            return (from, 0);
        }

        var start = from + before + 1;
        var (depth, isText) = (0, false);
        for (var end = start; end < bytes.Length; end++)
        {
            switch (bytes[end])
            {
                case (byte)'\\' when isText:
                    end++;
                    break;
                case (byte)'"':
                    isText = !isText;
                    break;
                case (byte)'{' or (byte)'[' when !isText:
                    depth++;
                    break;
                case (byte)'}' or (byte)']' when !isText && --depth < 0:
                case (byte)',' when !isText && depth == 0:
                    return (start, end - start);
            }
        }

        return (start, 0);
    }
}
