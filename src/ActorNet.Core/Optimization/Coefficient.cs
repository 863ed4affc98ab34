namespace ActorNet.Core.Optimization;

/// <summary>Checks of the numbers that users give to optimizers: errors name the key.</summary>
internal static class Coefficient
{
    /// <summary>Refuses a value outside [0, 1).</summary>
    internal static double Fraction(string key, double value) =>
        value is >= 0 and < 1 && (float)value < 1
            ? value
            : throw new ActorNetException(FormattableString.Invariant($"{key} is {value}: give a number of at least 0 and under 1."));

    /// <summary>Refuses a value that is not finite, or not above 0 as a float.</summary>
    internal static double Positive(string key, double value) =>
        double.IsFinite(value) && (float)value > 0 && float.IsFinite((float)value)
            ? value
            : throw new ActorNetException(FormattableString.Invariant($"{key} is {value}: give a finite number above 0."));

    /// <summary>Refuses a value that is not finite as a float, or under 0.</summary>
    internal static double NotNegative(string key, double value) =>
        value >= 0 && float.IsFinite((float)value)
            ? value
            : throw new ActorNetException(FormattableString.Invariant($"{key} is {value}: give a finite number of 0 or more."));
}
