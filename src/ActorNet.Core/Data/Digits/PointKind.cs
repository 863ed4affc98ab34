namespace ActorNet.Core.Data.Digits;

/// <summary>What a point of a stroke is.</summary>
internal enum PointKind
{
    /// <summary>The stroke's first point.</summary>
    Start,

    /// <summary>The curve runs smoothly through it.</summary>
    Smooth,

    /// <summary>The pen changes direction at once.</summary>
    Corner,

    /// <summary>The stroke's last point.</summary>
    End,
}
