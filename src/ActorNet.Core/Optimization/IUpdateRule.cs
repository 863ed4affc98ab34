using ActorNet.Core.Numerics;

namespace ActorNet.Core.Optimization;

/// <summary>One optimizer's formula over as many elements at once as a vector has.</summary>
internal interface IUpdateRule
{
    /// <summary>The number of state vectors, 0 to 2: those beyond it are neither read nor written.</summary>
    static abstract int StateCount { get; }

    /// <summary>Returns the next weights and leaves the new state in <paramref name="state0"/> and <paramref name="state1"/>.</summary>
    TVec Next<TVec, TSimd>(TVec weights, TVec gradient, ref TVec state0, ref TVec state1)
        where TVec : struct
        where TSimd : struct, ISimd<TVec>;
}
