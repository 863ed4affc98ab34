namespace ActorNet.Cluster.Monitoring;

/// <summary>What a person can ask of a run that is under way.</summary>
/// <param name="By">Who asks, as it is recorded.</param>
public abstract record RunCommand(string By)
{
    /// <summary>The command's name on the command line and in the record.</summary>
    public abstract string Verb { get; }

    /// <summary>Hold at the next step, with a checkpoint there.</summary>
    /// <param name="By">Who asks.</param>
    public sealed record Pause(string By) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "pause";
    }

    /// <summary>Go on after a pause.</summary>
    /// <param name="By">Who asks.</param>
    public sealed record Resume(string By) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "resume";
    }

    /// <summary>End the run.</summary>
    /// <param name="By">Who asks.</param>
    /// <param name="When">When.</param>
    public sealed record Stop(string By, StopTime When) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "stop";
    }

    /// <summary>Write a checkpoint at the next step, and train on.</summary>
    /// <param name="By">Who asks.</param>
    public sealed record Checkpoint(string By) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "checkpoint";
    }

    /// <summary>Have a node hand over what it has and end its process.</summary>
    /// <param name="By">Who asks.</param>
    /// <param name="Node">The node's name.</param>
    public sealed record Drain(string By, string Node) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "drain";
    }

    /// <summary>Train on with another learning rate from the next step on: that of the job's schedule, times the new rate over the job's.</summary>
    /// <param name="By">Who asks.</param>
    /// <param name="Rate">The new rate, above 0.</param>
    public sealed record SetLearningRate(string By, double Rate) : RunCommand(By)
    {
        /// <inheritdoc/>
        public override string Verb => "set-lr";
    }
}

/// <summary>When a run that is told to stop ends.</summary>
public enum StopTime
{
    /// <summary>After the step that is under way, with a checkpoint there.</summary>
    Step,

    /// <summary>After the epoch that is under way.</summary>
    Epoch,

    /// <summary>At once, whatever is under way: the last checkpoint is what remains.</summary>
    Now,
}
