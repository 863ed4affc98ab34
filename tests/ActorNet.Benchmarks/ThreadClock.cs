using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ActorNet.Benchmarks;

/// <summary>
/// The time that the calling thread has really run, where the system tells (Linux): on a machine that others use too it is far steadier than wall-clock
/// time, and on an idle one the same.
/// </summary>
internal static partial class ThreadClock
{
    private const int ThreadCpuTime = 3;

    /// <summary>Seconds since some moment.</summary>
    public static double Seconds
    {
        get
        {
            if (!OperatingSystem.IsLinux())
            {
                return Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
            }
            return GetTime(ThreadCpuTime, out var time) == 0
                ? time.Seconds + time.Nanoseconds * 1e-9
                : throw new InvalidOperationException("the system does not tell a thread's CPU time");
        }
    }

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int GetTime(int clock, out TimeSpecification time);

    private readonly record struct TimeSpecification(nint Seconds, nint Nanoseconds);
}
