using System.Reflection;

namespace ActorNet.Cluster.Monitoring;

/// <summary>The version of ActorNet in this process.</summary>
internal static class ProgramVersion
{
    /// <summary>As it was built, with the commit where that is known.</summary>
    public static readonly string Text = typeof(ProgramVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";
}
