using System.Diagnostics;

namespace ActorNet.Fuzzing.Engine;

/// <summary>Makes an input smaller that shows a defect, so that people see what it is about.</summary>
internal static class Minimiser
{
    private const int MostTries = 2000;

    private static readonly TimeSpan _mostTime = TimeSpan.FromMinutes(1);

    /// <summary>Leaves out parts, ever smaller ones, as long as the defect shows.</summary>
    /// <param name="input">The input.</param>
    /// <param name="shows">Whether an input shows the defect.</param>
    public static byte[] Shrink(byte[] input, Func<byte[], bool> shows)
    {
        var (tries, began) = (0, Stopwatch.GetTimestamp());
        for (var length = Math.Max(1, input.Length / 2); length >= 1; length /= 2)
        {
            for (var start = 0; start + length <= input.Length && tries < MostTries && Stopwatch.GetElapsedTime(began) < _mostTime; tries++)
            {
                byte[] candidate = [.. input.AsSpan(0, start), .. input.AsSpan(start + length)];
                if (shows(candidate))
                {
                    input = candidate;
                }
                else
                {
                    start += length;
                }
            }
        }

        return input;
    }
}
