using ActorNet.Core.Training;

namespace ActorNet.Core.Tests;

public sealed class AssemblyReferencesTests
{
    /// <summary>Core is pure: no actors, no wire format, nothing but the runtime, MathNet and CsvHelper.</summary>
    [Fact]
    public void Core_refers_to_the_runtime_MathNet_and_CsvHelper_alone() => Assert.DoesNotContain(
        typeof(JobSpec).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!),
        name => name is not ("MathNet.Numerics" or "CsvHelper") && !name.StartsWith("System.", StringComparison.Ordinal));
}
