using ActorNet.Cluster.Transfer;

namespace ActorNet.Cluster.Tests.Transfer;

/// <summary>A lock that tests wait on: until a condition holds, with a deadline and a name for what was waited for.</summary>
internal sealed class Waiting
{
    private static readonly TimeSpan _deadline = TimeSpan.FromSeconds(30);
    private readonly object _gate = new();

    public void Do(Action change)
    {
        lock (_gate)
        {
            change();
            Monitor.PulseAll(_gate);
        }
    }

    public T Get<T>(Func<T> read)
    {
        lock (_gate)
        {
            return read();
        }
    }

    public void Until(Func<bool> holds, string what)
    {
        var deadline = Deadline.In(_deadline);
        lock (_gate)
        {
            while (!holds())
            {
                Assert.True(Monitor.Wait(_gate, deadline.Left), $"waited {_deadline.TotalSeconds} s for {what}");
            }
        }
    }
}

/// <summary>The changes that a channel or a listener told, in order.</summary>
internal sealed class Changes
{
    private readonly Waiting _waiting = new();
    private readonly List<LinkChange> _all = [];

    public IReadOnlyList<LinkChange> All => _waiting.Get(() => _all.ToList());

    public void Add(LinkChange change) => _waiting.Do(() => _all.Add(change));

    public LinkChange Await(LinkEvent wanted, int count = 1)
    {
        _waiting.Until(() => _all.Count(change => change.Event == wanted) >= count, $"{wanted} number {count}");
        return _all.Where(change => change.Event == wanted).ElementAt(count - 1);
    }
}
