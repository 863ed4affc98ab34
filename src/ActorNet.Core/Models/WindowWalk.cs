using ActorNet.Core.Numerics;

namespace ActorNet.Core.Models;

/// <summary>The places of a square window on a picture that lies as height × width × channels, row by row.</summary>
internal sealed class WindowWalk
{
    private readonly int _height;
    private readonly int _width;
    private readonly int _channels;
    private readonly int _window;
    private readonly int _stride;

    private WindowWalk(int height, int width, int channels, int window, int stride)
    {
        (_height, _width, _channels, _window, _stride) = (height, width, channels, window, stride);
        OutputHeight = ((height - window) / stride) + 1;
        OutputWidth = ((width - window) / stride) + 1;
    }

    /// <summary>Places above each other.</summary>
    public int OutputHeight { get; }

    /// <summary>Places beside each other.</summary>
    public int OutputWidth { get; }

    /// <summary>Floats of a pixel.</summary>
    public int Channels => _channels;

    /// <summary>Places in all.</summary>
    public int Places => OutputHeight * OutputWidth;

    /// <summary>Floats of the picture.</summary>
    public int InputSize => _height * _width * _channels;

    /// <summary>Floats in the window.</summary>
    public int WindowSize => _window * _window * _channels;

    /// <summary>Pixels in the window.</summary>
    public int WindowPixels => _window * _window;

    /// <summary>The walk of a layer's window.</summary>
    /// <param name="spec">The layer.</param>
    /// <param name="input">What it walks over: height × width, or height × width × channels.</param>
    /// <param name="stride">Pixels from one place to the next; places that would reach beyond the edge are left out.</param>
    /// <exception cref="ActorNetException">It is no picture, or the window does not fit.</exception>
    public static WindowWalk Over(LayerSpec spec, SampleShape input, int stride)
    {
        if (input.Dimensions is not [var height, var width, ..] || input.Dimensions.Count > 3)
        {
            throw new ActorNetException(
                $"a layer of kind {spec.Kind} needs pictures, and its inputs are {input}: give their shape, as in 28x28 (--input-shape on the command line), "
                + "and put no dense layer before it.");
        }

        if (spec.Window < 1 || spec.Window > Math.Min(height, width))
        {
            throw new ActorNetException($"a layer of kind {spec.Kind} has a window of {spec.Window} on a picture of {height}x{width}: it must be between 1 and {Math.Min(height, width)}.");
        }

        return new WindowWalk(height, width, input.Dimensions.Count == 3 ? input.Dimensions[2] : 1, spec.Window, stride);
    }

    /// <summary>Where the first float of a pixel of the window stands in the picture.</summary>
    /// <param name="place">The window's place.</param>
    /// <param name="pixel">The pixel within the window, row by row.</param>
    public int Offset(int place, int pixel)
    {
        var (row, column) = Math.DivRem(place, OutputWidth);
        var (down, right) = Math.DivRem(pixel, _window);
        return ((((row * _stride) + down) * _width) + (column * _stride) + right) * _channels;
    }

    /// <summary>Writes the window's floats of every place, one place after the other.</summary>
    public void Gather(ReadOnlySpan<float> picture, Span<float> windows)
    {
        var line = _window * _channels;
        for (var place = 0; place < Places; place++)
        {
            var from = Offset(place, 0);
            for (var down = 0; down < _window; down++)
            {
                picture.Slice(from, line).CopyTo(windows);
                windows = windows[line..];
                from += _width * _channels;
            }
        }
    }

    /// <summary>Adds up what the windows of all places say of each float of the picture, in the order of the places.</summary>
    public void Scatter(ReadOnlySpan<float> windows, Span<float> picture)
    {
        picture.Clear();
        var line = _window * _channels;
        for (var place = 0; place < Places; place++)
        {
            var to = Offset(place, 0);
            for (var down = 0; down < _window; down++)
            {
                var target = picture.Slice(to, line);
                VectorOps.Add(target, windows[..line], target);
                windows = windows[line..];
                to += _width * _channels;
            }
        }
    }
}
