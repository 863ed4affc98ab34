namespace ActorNet.Core.Training;

/// <summary>A job that is known by name, on MNIST's pictures or others like them.</summary>
/// <param name="Name">The name.</param>
/// <param name="About">What it is, in a few words.</param>
/// <param name="Job">The job; of its data only how many samples are held out and learned from.</param>
/// <param name="Book">What Nielsen's book says it comes to; null where it says nothing.</param>
internal sealed record KnownJob(string Name, string About, JobSpec Job, BookFigure? Book = null);

/// <summary>A figure of M. Nielsen's «Neural Networks and Deep Learning», 2015.</summary>
/// <param name="Chapter">The chapter.</param>
/// <param name="Percent">The accuracy in percent.</param>
/// <param name="Of">What it was measured on.</param>
internal sealed record BookFigure(int Chapter, double Percent, BookSet Of = BookSet.Test);

/// <summary>What a figure of the book was measured on.</summary>
internal enum BookSet
{
    /// <summary>MNIST's 10,000 test samples.</summary>
    Test,

    /// <summary>The last 10,000 of MNIST's training samples.</summary>
    HeldOut,

    /// <summary>The same, after the first epoch alone.</summary>
    HeldOutAtFirst,
}
