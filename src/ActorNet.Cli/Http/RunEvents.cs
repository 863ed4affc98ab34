using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cli.Runs;

namespace ActorNet.Cli.Http;

/// <summary>
/// The last lines of a run's record, numbered, for those who follow it. What is kept is bounded, and nothing is kept for a reader: one that is too slow finds
/// its next line gone. May be used from any thread.
/// </summary>
internal sealed class RunEvents
{
    /// <summary>Lines that are kept.</summary>
    public const int Capacity = 1000;

    /// <summary>Bytes that are kept at most: a line that has the status of hundreds of nodes is long.</summary>
    private const int MostBytes = 8_000_000;

    /// <summary>Lines that a reader is given at once: those it has been given stay in memory until it has them all.</summary>
    private const int MostAtOnce = 16;

    private readonly Lock _lock = new();
    private readonly byte[][] _lines = new byte[Capacity][];
    private TaskCompletionSource _changed = NewSource();
    private long _oldest;
    private long _next;
    private int _bytes;
    private bool _over;

    /// <summary>
    /// No lines yet. They are numbered from the present time in milliseconds, so that the numbers of a coordinator that takes a run over go on above those of
    /// the one before.
    /// </summary>
    public RunEvents() => _oldest = _next = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    /// <summary>Adds a line.</summary>
    public void Add(JsonObject line)
    {
        var text = JsonSerializer.SerializeToUtf8Bytes(line, RunJson.Line);
        lock (_lock)
        {
            if (_next - _oldest == Capacity)
            {
                DropOldest();
            }

            _lines[_next++ % Capacity] = text;
            _bytes += text.Length;
            while (_bytes > MostBytes && _next - _oldest > 1)
            {
                DropOldest();
            }

            Tell();
        }
    }

    /// <summary>No more lines come.</summary>
    public void Complete()
    {
        lock (_lock)
        {
            _over = true;
            Tell();
        }
    }

    /// <summary>The first lines after one, of those that are still there.</summary>
    /// <param name="number">The number of the last line that is known; one that is not given yet is taken for that of another process, and all lines are new.</param>
    public NewLines After(long number)
    {
        lock (_lock)
        {
            var first = number >= _next ? _oldest : Math.Max(number + 1, _oldest);
            var lines = new List<(long, byte[])>();
            for (var next = first; next < _next && lines.Count < MostAtOnce; next++)
            {
                lines.Add((next, _lines[next % Capacity]));
            }

            return new NewLines(lines, _over, _changed.Task);
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void DropOldest()
    {
        var at = _oldest++ % Capacity;
        _bytes -= _lines[at].Length;
        _lines[at] = [];
    }

    private void Tell()
    {
        var changed = _changed;
        _changed = NewSource();
        changed.SetResult();
    }
}

/// <summary>Lines that a reader has not seen.</summary>
/// <param name="Lines">Each with its number.</param>
/// <param name="AreOver">Whether no more come.</param>
/// <param name="Changed">Done when there are others, or none will come.</param>
internal readonly record struct NewLines(IReadOnlyList<(long Number, byte[] Line)> Lines, bool AreOver, Task Changed);
