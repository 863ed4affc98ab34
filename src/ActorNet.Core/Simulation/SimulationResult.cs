namespace ActorNet.Core.Simulation;

/// <summary>What a simulated run came to. Times are in seconds of virtual time.</summary>
/// <param name="Steps">Steps that count.</param>
/// <param name="Seconds">Their time.</param>
/// <param name="StepMedian">The median step.</param>
/// <param name="StepP95">The 95th percentile.</param>
/// <param name="SamplesPerSecond">Samples a second.</param>
/// <param name="Efficiency">That against as many workers as there are, each of which waits for nobody; 1 is perfect.</param>
/// <param name="Idle">The share of the workers' time in which they computed nothing.</param>
/// <param name="BusiestLink">Whose link carried most bytes in one direction.</param>
/// <param name="BusiestBytes">How many it carried in a step.</param>
/// <param name="BusiestShare">The share of the time in which it was busy.</param>
/// <param name="Recoveries">For each node that was killed, the time to the next completed step.</param>
/// <param name="Moves">How often leases were given out anew.</param>
/// <param name="Staleness">By how many updates the weights had moved on when a part was applied that was computed from them, in the mean; null where parts of a step are summed.</param>
internal sealed record SimulationResult(
    int Steps,
    double Seconds,
    double StepMedian,
    double StepP95,
    double SamplesPerSecond,
    double Efficiency,
    double Idle,
    string BusiestLink,
    double BusiestBytes,
    double BusiestShare,
    IReadOnlyList<double> Recoveries,
    int Moves,
    double? Staleness);
