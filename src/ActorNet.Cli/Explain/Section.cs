namespace ActorNet.Cli.Explain;

/// <summary>A part of an explanation: something small is computed, shown, and put into words.</summary>
/// <param name="name">What JSON calls it.</param>
/// <param name="title">Its heading.</param>
internal abstract class Section(string name, string title)
{
    /// <summary>What JSON calls it.</summary>
    public string Name => name;

    /// <summary>Its heading.</summary>
    public string Title => title;

    /// <summary>What was computed, for JSON.</summary>
    public abstract object Figures { get; }

    /// <summary>Tells it.</summary>
    public abstract void Tell(Story story);
}
