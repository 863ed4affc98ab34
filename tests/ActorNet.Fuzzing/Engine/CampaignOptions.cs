namespace ActorNet.Fuzzing.Engine;

/// <summary>How long to fuzz, and where from and where to.</summary>
/// <param name="Seed">Of all random choices.</param>
/// <param name="UntilStale">Inputs in a row without a new edge that end a campaign.</param>
/// <param name="MostTime">The longest that a campaign may last.</param>
/// <param name="Keep">The folder to go on from, and to write all inputs to that are worth mutating; null to keep none.</param>
/// <param name="Distil">The folder to write a few inputs to that reach together all that was reached; null to write none.</param>
/// <param name="Findings">The folder to write the inputs to that show a defect.</param>
internal sealed record CampaignOptions(int Seed, long UntilStale, TimeSpan MostTime, string? Keep, string? Distil, string Findings);
