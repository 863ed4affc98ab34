namespace ActorNet.Core.Models;

/// <summary>
/// Things found by name, such as activations: the built-in ones, and those that a library user adds. Any thread may use it.
/// </summary>
/// <param name="what">What the things are, for messages: «activation».</param>
/// <param name="builtIn">The built-in ones, in the order in which to show them.</param>
internal sealed class Registry<T>(string what, OrderedDictionary<string, T> builtIn)
{
    private readonly OrderedDictionary<string, T> _known = builtIn;
    private readonly Lock _lock = new();

    /// <summary>All names, built-in ones first.</summary>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock)
            {
                return [.. _known.Keys];
            }
        }
    }

    /// <exception cref="ActorNetException">There is none of that name.</exception>
    public T Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        lock (_lock)
        {
            if (_known.TryGetValue(name, out var found))
            {
                return found;
            }
        }
        throw new ActorNetException(NameSuggestion.Message(what, name, Names));
    }

    /// <exception cref="ArgumentException">The name is empty or taken.</exception>
    public void Register(string name, T item)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(item);
        lock (_lock)
        {
            if (!_known.TryAdd(name, item))
            {
                throw new ArgumentException($"The name '{name}' is taken by another {what}: choose a new one.", nameof(name));
            }
        }
    }
}
