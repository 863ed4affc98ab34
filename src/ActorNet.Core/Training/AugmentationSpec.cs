namespace ActorNet.Core.Training;

/// <summary>
/// How pictures are moved at random before they are learned from: each draw of a sample by a shift and a rotation of its own, any within the bounds being
/// equally likely. What moves in from outside is 0.
/// </summary>
public sealed record AugmentationSpec
{
    /// <summary>The largest shift to each side, across and down each for itself, in pixels and parts of them: 0 or more.</summary>
    public double Shift { get; init; }

    /// <summary>The largest rotation to either side about the picture's centre, in degrees: 0 to 180.</summary>
    public double Rotate { get; init; }

    /// <summary>Refuses numbers out of range.</summary>
    /// <exception cref="ActorNetException">The message names the number and what it may be.</exception>
    internal void Validate()
    {
        if (!(Shift >= 0 && double.IsFinite(Shift) && Rotate is >= 0 and <= 180))
        {
            throw new ActorNetException(FormattableString.Invariant(
                $"augmentation shifts by {Shift} pixels and rotates by {Rotate} degrees: give 0 or more pixels and 0 to 180 degrees."));
        }

        if (Shift == 0 && Rotate == 0)
        {
            throw new ActorNetException("augmentation moves nothing: give it a shift or a rotation above 0, or leave it out.");
        }
    }
}
