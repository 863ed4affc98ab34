namespace ActorNet.Core.Data;

/// <summary>What the targets of a data set mean, and so which costs and metrics fit it.</summary>
public enum TaskKind
{
    /// <summary>One of <see cref="DataSet.TargetSize"/> classes; targets are one-hot.</summary>
    Classification,

    /// <summary>Any number of labels at once; each target is 0 or 1.</summary>
    MultiLabel,

    /// <summary>Real-valued targets.</summary>
    Regression,
}
