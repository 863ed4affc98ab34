namespace ActorNet.Cli.Monitor;

/// <summary>How curves are looked at.</summary>
/// <param name="Zoom">The last part of the steps is shown: all of them at 1, the last half at 2.</param>
/// <param name="Smoothing">How much is smoothed, from 0 for not up to but less than 1.</param>
/// <param name="IsLogarithmic">Whether values are shown by their logarithm, where that makes sense.</param>
internal sealed record CurveOptions(int Zoom = 1, double Smoothing = 0, bool IsLogarithmic = false)
{
    private const int MostZoom = 256;

    private static readonly double[] _smoothings = [0, 0.6, 0.9, 0.97];

    /// <summary>What is not as usual, in few words.</summary>
    public string Describe(bool isLogarithmic)
    {
        string?[] parts = [Zoom > 1 ? $"1/{Zoom}" : null, Smoothing > 0 ? "smooth" : null, isLogarithmic ? "log" : null];
        return string.Join(" ", parts.OfType<string>());
    }

    /// <summary>Closer to the last steps.</summary>
    public CurveOptions ZoomIn() => this with { Zoom = Math.Min(Zoom * 2, MostZoom) };

    /// <summary>More of the steps.</summary>
    public CurveOptions ZoomOut() => this with { Zoom = Math.Max(Zoom / 2, 1) };

    /// <summary>Smoothed more; after the most, not at all.</summary>
    public CurveOptions SmoothMore() => this with { Smoothing = _smoothings[(Array.IndexOf(_smoothings, Smoothing) + 1) % _smoothings.Length] };
}
