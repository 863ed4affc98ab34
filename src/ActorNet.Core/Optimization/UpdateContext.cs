namespace ActorNet.Core.Optimization;

/// <summary>What an optimizer must know about one update besides the vectors.</summary>
/// <param name="Step">The number of this update, counted from 1: the partition's version once it is applied.</param>
/// <param name="LearningRate">The learning rate of this update.</param>
/// <param name="Decays">Whether the elements are of a tensor that decays: weights do, biases do not.</param>
/// <param name="GradientScale">What each element of the gradient is multiplied by before the rule sees it, with a rounding of its own: 1/n where it is given as a sum.</param>
internal readonly record struct UpdateContext(long Step, float LearningRate, bool Decays = true, float GradientScale = 1);
