namespace ActorNet.Cluster.Monitoring;

/// <summary>How much an event or an alert matters.</summary>
public enum Severity
{
    /// <summary>Good to know.</summary>
    Info,

    /// <summary>Something is wrong that the run survives.</summary>
    Warning,

    /// <summary>Something is wrong that a person should mend.</summary>
    Error,
}
