namespace ActorNet.Core.Training.Modes;

/// <summary>
/// Who is told of a partition's weights where parts are applied as they arrive, and when: a node when its own part is applied, as it goes on with what there is then; one that
/// may not go on, when it may again; one that asks. So weights go to a node about as often as a part comes from it.
/// </summary>
/// <param name="slices">Slices of the job.</param>
internal sealed class StaleAudience(int slices)
{
    private readonly Dictionary<string, Listener> _listeners = [];
    private readonly string?[] _computedBy = new string?[slices];

    /// <summary>Who is told from now on.</summary>
    /// <param name="nodes">The nodes.</param>
    /// <returns>Those that are new, and those that are gone.</returns>
    public (IReadOnlyList<string> New, IReadOnlyList<string> Gone) Set(IEnumerable<string> nodes)
    {
        var now = nodes.ToHashSet();
        var gone = _listeners.Keys.Where(node => !now.Contains(node)).ToList();
        gone.ForEach(node => _listeners.Remove(node));
        now.ExceptWith(_listeners.Keys);
        foreach (var node in now)
        {
            _listeners[node] = new Listener();
        }

        return ([.. now], gone);
    }

    /// <summary>A part has come from a node: what it computes is known.</summary>
    public void NoteSender(TreeNode part, string node)
    {
        _computedBy.AsSpan(part.First, part.Count).Fill(node);
        if (_listeners.TryGetValue(node, out var listener))
        {
            listener.HasAsked = false;
        }
    }

    /// <summary>A node has asked: it has other slices than before.</summary>
    public void NoteQuestion(string node)
    {
        if (_listeners.TryGetValue(node, out var listener))
        {
            listener.HasAsked = true;
        }
    }

    /// <summary>A part of a node could not be applied as it is.</summary>
    public void NoteRefusal(string node)
    {
        if (_listeners.TryGetValue(node, out var listener))
        {
            listener.Refused++;
        }
    }

    /// <summary>A node is told.</summary>
    /// <param name="node">The node.</param>
    /// <param name="updates">Updates in the weights.</param>
    /// <param name="allowed">The first step that no slice may begin.</param>
    /// <param name="steps">Each slice's next step.</param>
    /// <returns>What it is told; null where it does not listen.</returns>
    public StaleNews? Tell(string node, long updates, long allowed, ReadOnlySpan<long> steps)
    {
        if (!_listeners.TryGetValue(node, out var listener))
        {
            return null;
        }

        listener.Allowed = allowed;
        listener.IsBlocked = MayBeBlocked(node, listener, steps);
        return new StaleNews(updates, allowed, listener.Refused, steps.ToArray());
    }

    /// <summary>A node's part has been dealt with. Where none of its slices may go on it is told once they may: weights that it has to wait with would be sent twice.</summary>
    /// <inheritdoc cref="Tell"/>
    public StaleNews? Reply(string node, long updates, long allowed, ReadOnlySpan<long> steps)
    {
        if (!_listeners.TryGetValue(node, out var listener) || listener.HasAsked || MayGoOn(node, allowed, steps))
        {
            return Tell(node, updates, allowed, steps);
        }

        (listener.Allowed, listener.IsBlocked) = (allowed, true);
        return null;
    }

    /// <summary>Those that could not go on when they were told, and now may.</summary>
    /// <param name="allowed">The first step that no slice may begin.</param>
    public IReadOnlyList<string> Unblocked(long allowed) =>
        [.. _listeners.Where(listener => listener.Value.IsBlocked && allowed > listener.Value.Allowed).Select(listener => listener.Key)];

    private bool MayGoOn(string node, long allowed, ReadOnlySpan<long> steps)
    {
        for (var slice = 0; slice < steps.Length; slice++)
        {
            if (steps[slice] < allowed && _computedBy[slice] == node)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether a slice has to wait that the node computes, or may compute for all that is known.</summary>
    private bool MayBeBlocked(string node, Listener listener, ReadOnlySpan<long> steps)
    {
        for (var slice = 0; slice < steps.Length; slice++)
        {
            if (steps[slice] >= listener.Allowed && (listener.HasAsked || (_computedBy[slice] ?? node) == node))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Listener
    {
        public long Allowed { get; set; }

        public int Refused { get; set; }

        public bool HasAsked { get; set; }

        public bool IsBlocked { get; set; }
    }
}
