namespace ActorNet.Core.Data.Digits;

/// <summary>A point on the way of the pen.</summary>
/// <param name="X">To the right.</param>
/// <param name="Y">Down.</param>
/// <param name="Radius">Half the pen's width in pixels.</param>
/// <param name="Lifted">Whether the pen came here through the air.</param>
internal readonly record struct PenPoint(float X, float Y, float Radius, bool Lifted);
