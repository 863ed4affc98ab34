namespace ActorNet.Core.Optimization;

/// <summary>What an optimizer must know about one update besides the vectors.</summary>
/// <param name="Step">The number of this update, counted from 1: the partition's version once it is applied.</param>
/// <param name="LearningRate">The learning rate of this update.</param>
/// <param name="Decays">Whether the elements are of a tensor that decays: weights do, biases do not.</param>
internal readonly record struct UpdateContext(long Step, float LearningRate, bool Decays = true);
