using ActorNet.Core;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// The hand of whoever watches and steers a run from the coordinator's process: give it to <see cref="Hosting.TrainingRequest.Control"/>. One control is for
/// one run. All of its members may be used from any thread.
/// </summary>
public sealed class RunControl
{
    /// <summary>A command whose effect takes longer is answered so: it may still come.</summary>
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);

    private volatile RunStatus _status = new();
    private volatile Func<IReadOnlyList<ClusterMember>> _members = () => [];
    private volatile Func<RunCommand, CancellationToken, Task<CommandAnswer>>? _send;

    /// <summary>The coordinator's own node.</summary>
    public NodeMonitor Node { get; } = new();

    /// <summary>The run now; renewed a few times a second.</summary>
    public RunStatus Status => _status;

    /// <summary>The members of the cluster now.</summary>
    public IReadOnlyList<ClusterMember> Members => _members();

    /// <summary>Asks something of the run and waits for its effect.</summary>
    /// <param name="command">What.</param>
    /// <param name="cancel">Ends the wait, not the command.</param>
    /// <returns>What became of it. A command that makes no sense now is refused, not thrown.</returns>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public async Task<CommandAnswer> SendAsync(RunCommand command, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        if (_send is not { } send)
        {
            return Refuse(command, "the run has not begun, or is over.");
        }

        try
        {
            return await send(command, cancel).WaitAsync(_deadline, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return Refuse(command, $"no effect within {_deadline.TotalSeconds:0} s: look at the run's events; it may still come.");
        }
        catch (ActorNetException error)
        {
            return Refuse(command, error.Message);
        }
    }

    /// <summary>The run's own side: where commands go, and who is there. Null where nobody takes commands any more.</summary>
    internal void Bind(Func<RunCommand, CancellationToken, Task<CommandAnswer>>? send, Func<IReadOnlyList<ClusterMember>> members) =>
        (_send, _members) = (send, members);

    /// <summary>The run is so now.</summary>
    internal void Publish(RunStatus status) => _status = status;

    private CommandAnswer Refuse(RunCommand command, string reason) =>
        new(command.Verb, command.By, DateTime.UtcNow, Status.Step, IsDone: false, $"{command.Verb} was not done: {reason}");
}
