using System.Diagnostics;
using Akka.Actor;

namespace ActorNet.Cluster.Servers;

/// <summary>What a server has said to the coordinator and waits for an answer to: it may have been lost on its way, so it is said again, twice a second.</summary>
/// <param name="coordinator">The coordinator.</param>
/// <param name="self">The server.</param>
internal sealed class Unanswered(IActorRef coordinator, IActorRef self)
{
    private static readonly TimeSpan _patience = TimeSpan.FromMilliseconds(500);

    private object? _message;
    private long _said;

    /// <summary>Says something that waits for an answer from now on.</summary>
    public void Say(object message)
    {
        _message = message;
        Say();
    }

    /// <summary>The answer is there.</summary>
    public void Answered() => _message = null;

    /// <summary>Says it again, if it has waited long enough.</summary>
    public void SayAgain()
    {
        if (_message is not null && Stopwatch.GetElapsedTime(_said) > _patience)
        {
            Say();
        }
    }

    private void Say()
    {
        _said = Stopwatch.GetTimestamp();
        coordinator.Tell(_message, self);
    }
}
