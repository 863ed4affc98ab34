using ActorNet.Core.Training;

namespace ActorNet.Core.Tests;

public sealed class AssemblyReferencesTests
{
    /// <summary>Core is pure: no actors, no wire format, nothing but the runtime and MathNet.</summary>
    [Fact]
    public void Core_refers_to_the_runtime_and_MathNet_alone() => Assert.DoesNotContain(
        typeof(JobSpec).Assembly.GetReferencedAssemblies().Select(reference => reference.Name!),
        name => name != "MathNet.Numerics" && !name.StartsWith("System.", StringComparison.Ordinal));
}
