using System.Runtime.InteropServices;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>
/// Max-pooling: of every window of a picture, the largest of each channel (Nielsen, chapter 6, «Pooling layers»). Windows lie side by side; what does not fill
/// one at the right and lower edge is left out. Of equals the first has the gradient.
/// </summary>
internal sealed class MaxPoolLayer : Layer
{
    private readonly WindowWalk _walk;

    /// <summary>Pooling of a picture.</summary>
    /// <exception cref="ActorNetException">The input is no picture, or smaller than the window.</exception>
    public MaxPoolLayer(LayerSpec spec, SampleShape input)
        : this(spec, WindowWalk.Over(spec, input, spec.Window))
    {
    }

    private MaxPoolLayer(LayerSpec spec, WindowWalk walk)
        : base(walk.InputSize, walk.Places * walk.Channels, Activation.Find(spec.Activation))
    {
        _walk = walk;
        KeptSizes = [OutputSize];
    }

    /// <inheritdoc/>
    public override SampleShape OutputShape => new(_walk.OutputHeight, _walk.OutputWidth, _walk.Channels);

    /// <summary>Where in its picture each output was found.</summary>
    public override IReadOnlyList<int> KeptSizes { get; }

    /// <inheritdoc/>
    public override IReadOnlyList<ParameterShape> Parameters => [];

    /// <inheritdoc/>
    public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random)
    {
    }

    /// <inheritdoc/>
    public override void Forward(in LayerBatch batch, Matrix sums)
    {
        for (var sample = 0; sample < batch.Samples; sample++)
        {
            var best = sums.Row(sample);
            var found = Found(batch, sample);
            for (var place = 0; place < _walk.Places; place++)
            {
                var at = place * _walk.Channels;
                Largest(batch.Inputs.Row(sample), place, best.Slice(at, _walk.Channels), found.Slice(at, _walk.Channels));
            }
        }
    }

    /// <inheritdoc/>
    public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
    {
    }

    /// <inheritdoc/>
    public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient)
    {
        for (var sample = 0; sample < batch.Samples; sample++)
        {
            var from = delta.Row(sample);
            var to = inputGradient.Row(sample);
            var found = Found(batch, sample);
            to.Clear();
            for (var i = 0; i < found.Length; i++)
            {
                to[found[i]] = from[i];
            }
        }
    }

    private void Largest(ReadOnlySpan<float> picture, int place, Span<float> best, Span<int> found)
    {
        for (var pixel = 0; pixel < _walk.WindowPixels; pixel++)
        {
            var offset = _walk.Offset(place, pixel);
            var values = picture.Slice(offset, best.Length);
            for (var channel = 0; channel < best.Length; channel++)
            {
                // Written so that a NaN stays one: it is then seen in the cost.
                if (pixel == 0 || !(values[channel] <= best[channel]))
                {
                    best[channel] = values[channel];
                    found[channel] = offset + channel;
                }
            }
        }
    }

    private Span<int> Found(in LayerBatch batch, int sample) =>
        MemoryMarshal.Cast<float, int>(batch.Kept(0)).Slice(sample * OutputSize, OutputSize);
}
