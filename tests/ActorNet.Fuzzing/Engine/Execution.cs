using System.Diagnostics;
using ActorNet.Core;

namespace ActorNet.Fuzzing.Engine;

/// <summary>What became of one input.</summary>
/// <param name="Time">How long it took.</param>
/// <param name="Allocated">Managed bytes that were allocated meanwhile.</param>
/// <param name="Fault">What must not happen; null where nothing did.</param>
internal readonly record struct Execution(TimeSpan Time, long Allocated, Fault? Fault)
{
    /// <summary>The most that an input under 1 MB may make a decoder allocate.</summary>
    public const long MostAllocated = 64 << 20;

    /// <summary>The longest that an input may take.</summary>
    public static readonly TimeSpan MostTime = TimeSpan.FromSeconds(1);

    /// <summary>Runs a decoder on an input and judges it.</summary>
    /// <param name="target">The decoder.</param>
    /// <param name="input">The input.</param>
    /// <param name="mostTime">The longest that it may take.</param>
    public static Execution Of(FuzzTarget target, byte[] input, TimeSpan mostTime)
    {
        Fault? fault = null;
        var allocatedBefore = GC.GetTotalAllocatedBytes();
        var began = Stopwatch.GetTimestamp();
        try
        {
            target.Decode(input);
        }
        catch (Exception error)
        {
            fault = Judge(target, error);
        }

        var time = Stopwatch.GetElapsedTime(began);
        var allocated = GC.GetTotalAllocatedBytes() - allocatedBefore;
        fault ??= allocated > MostAllocated ? new Fault("allocation", $"it allocated {allocated >> 20} MB")
            : time > mostTime ? new Fault("time", $"it took {time.TotalSeconds:0.0} s")
            : null;
        return new Execution(time, allocated, fault);
    }

    private static Fault? Judge(FuzzTarget target, Exception error)
    {
        if (!target.Refusals.Any(refusal => refusal.IsInstanceOfType(error)))
        {
            return new Fault($"{error.GetType().Name} at {Place(error)}", error.ToString());
        }

        // A refusal is one line for people, whatever the input has in it.
        return error is ActorNetException && error.Message.Any(char.IsControl)
            ? new Fault($"control characters in a message of {Place(error)}", error.ToString())
            : null;
    }

    /// <summary>The product's method that the exception came from, or the outermost one that it came through.</summary>
    private static string Place(Exception error) => new StackTrace(error).GetFrames()
        .Select(frame => frame.GetMethod())
        .FirstOrDefault(method => method?.DeclaringType?.FullName?.StartsWith("ActorNet.", StringComparison.Ordinal) == true) is { } method
            ? $"{method.DeclaringType!.FullName}.{method.Name}"
            : "an unknown place";
}

/// <summary>What a decoder did that it must not do.</summary>
/// <param name="Kind">The same for all inputs that show the same defect, as far as can be told.</param>
/// <param name="Details">What happened, for people.</param>
internal sealed record Fault(string Kind, string Details);
