namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// Which steps are looked at closely: those whose number has no bit of a mask. Masks are one less than a power of two, so that of two nodes with different masks the
/// one with the larger looks at some of the other's steps, and at no others.
/// </summary>
internal static class TraceMask
{
    /// <summary>The mask with which about one of so many steps is looked at.</summary>
    public static long Of(double steps)
    {
        var mask = 0L;
        while (mask + 1 < steps)
        {
            mask = (mask << 1) | 1;
        }

        return mask;
    }
}
