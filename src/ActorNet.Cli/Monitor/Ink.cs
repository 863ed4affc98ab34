namespace ActorNet.Cli.Monitor;

/// <summary>What a piece of text means, whatever it looks like: with colours, without, or as plain text.</summary>
internal enum Ink : byte
{
    /// <summary>Ordinary text.</summary>
    Plain,

    /// <summary>What the eye should find first.</summary>
    Strong,

    /// <summary>What matters less, or is out of date.</summary>
    Faint,

    /// <summary>All is well.</summary>
    Good,

    /// <summary>Something to look at.</summary>
    Warning,

    /// <summary>Something to mend.</summary>
    Bad,

    /// <summary>The first curve of a chart.</summary>
    First,

    /// <summary>The second curve of a chart.</summary>
    Second,

    /// <summary>The row that keys act on.</summary>
    Selected,

    /// <summary>A bar across the screen: titles, prompts.</summary>
    Bar,
}
