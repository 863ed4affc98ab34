namespace ActorNet.Cli.Runs;

/// <summary>A moment of training, for curves.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Step">Steps made.</param>
/// <param name="Epoch">The epoch that was running, from 1.</param>
/// <param name="SamplesPerSecond">Of late; null when it was not known.</param>
/// <param name="RunningCost">Mean cost of the running epoch's samples so far; null at its start.</param>
/// <param name="LearningRate">The learning rate; null when it was not known.</param>
internal sealed record MetricPoint(DateTime Time, long Step, int Epoch, double? SamplesPerSecond, double? RunningCost, double? LearningRate);
