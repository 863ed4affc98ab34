using ActorNet.Core.Data;
using ActorNet.Core.Data.Pictures;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Training;

/// <summary>
/// What is done to a sample between reading it and learning from it: its picture is moved, its targets are smoothed, and its class says what it counts. It
/// depends on the job and on the place of the draw in its epoch, not on who computes it. Shared by all threads.
/// </summary>
internal sealed class SampleTreatment
{
    private readonly ulong _seed;
    private readonly PictureShape _shape;
    private readonly AugmentationSpec? _augmentation;
    private readonly float[] _classWeights;
    private readonly float _kept;
    private readonly float _spread;

    private SampleTreatment(JobSpec job, DataSet data)
    {
        _seed = job.Seed;
        _augmentation = job.Augmentation;
        _shape = job.Augmentation is { } augmentation ? ShapeFor(augmentation, job, data) : default;
        _classWeights = [.. (job.ClassWeights ?? []).Select(weight => (float)weight)];
        _kept = (float)(1 - job.LabelSmoothing);
        _spread = (float)(job.LabelSmoothing / data.TargetSize);
    }

    /// <summary>Whether samples count differently.</summary>
    public bool Weighs => _classWeights.Length > 0;

    /// <summary>The treatment that a job asks for; null for none.</summary>
    /// <param name="job">The job, its class weights known.</param>
    /// <param name="data">What an epoch goes through.</param>
    /// <exception cref="ActorNetException">The samples are no pictures, or too small to be moved so far.</exception>
    public static SampleTreatment? Of(JobSpec job, DataSet data) =>
        job is { Augmentation: null, ClassWeights: null, LabelSmoothing: 0 } ? null : new SampleTreatment(job, data);

    /// <summary>Treats one sample.</summary>
    /// <param name="inputs">Its inputs, overwritten.</param>
    /// <param name="targets">Its targets, overwritten.</param>
    /// <param name="scratch">Room for as many inputs.</param>
    /// <param name="epoch">The epoch, from 1.</param>
    /// <param name="position">The global position of the draw in its epoch.</param>
    /// <returns>What the sample counts.</returns>
    public float Apply(Span<float> inputs, Span<float> targets, Span<float> scratch, int epoch, long position)
    {
        if (_augmentation is not null)
        {
            inputs.CopyTo(scratch);
            Motion(epoch, position).Move(scratch, inputs, _shape);
        }

        var weight = Weighs ? _classWeights[Scoring.Answer(targets)] : 1;
        if (_spread != 0)
        {
            foreach (ref var target in targets)
            {
                target = MathF.FusedMultiplyAdd(target, _kept, _spread);
            }
        }

        return weight;
    }

    /// <summary>How a draw is moved. Its stream's elements 0 to 2 are the shift across, the shift down and the rotation.</summary>
    internal PictureMotion Motion(int epoch, long position)
    {
        var random = new RandomStream(_seed, RandomPurpose.Augmentation, (ulong)epoch, (ulong)position);
        var (shift, rotate) = (_augmentation!.Shift, _augmentation.Rotate);
        return new PictureMotion(Within(0, shift), Within(1, shift), Within(2, rotate));

        double Within(ulong element, double bound) => bound * ((2 * random.UniformDouble(element)) - 1);
    }

    private static PictureShape ShapeFor(AugmentationSpec augmentation, JobSpec job, DataSet data)
    {
        var shape = PictureShape.Of(data, job.Model, "augment");
        return augmentation.Shift < Math.Min(shape.Width, shape.Height)
            ? shape
            : throw new ActorNetException(FormattableString.Invariant(
                $"augmentation shifts by {augmentation.Shift} pixels, which moves pictures of {shape.Width} × {shape.Height} out of sight: give less."));
    }
}
