namespace ActorNet.Benchmarks;

/// <summary>How busy the machine is beside what is measured.</summary>
internal static class MachineLoad
{
    private const string Load = "/proc/loadavg";

    /// <summary>Writes the load averages, where the system knows them.</summary>
    public static void Print()
    {
        if (File.Exists(Load))
        {
            var load = string.Join(' ', File.ReadAllText(Load).Split(' ').Take(3));
            Console.WriteLine($"\nLoad average at the end (1, 5, 15 minutes; each measuring thread is 1.0 of it): {load}");
        }
    }
}
