using System.Text;

namespace ActorNet.Cluster.Hosting;

/// <summary>The dispatchers on which arithmetic runs: one thread each, shared by the worker, the parameter servers and the node on it.</summary>
internal static class ComputeDispatchers
{
    /// <summary>The dispatcher of a compute thread.</summary>
    public static string Name(int thread) => $"actornet.compute-{thread}";

    /// <summary>
    /// The configuration of all compute threads. They spin for a moment before they sleep, but only where each has a core: a thread that spins on another's
    /// core would cost what it means to save.
    /// </summary>
    public static string Hocon(int threads)
    {
        var spins = threads <= Environment.ProcessorCount ? "on" : "off";
        var hocon = new StringBuilder();
        for (var i = 0; i < threads; i++)
        {
            hocon.Append(
                $$"""
                {{Name(i)}} {
                  type = Dispatcher
                  executor = "{{typeof(ComputeThreadExecutorConfigurator).AssemblyQualifiedName}}"
                  throughput = 64
                  spins = {{spins}}
                }

                """);
        }

        return hocon.ToString();
    }
}
