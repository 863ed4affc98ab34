namespace ActorNet.Core.Data.Formats;

/// <summary>
/// Reads samples from NumPy arrays: inputs (samples × …), targets (samples) or (samples × outputs), and for sequences of unequal length their lengths
/// (samples). Inputs that are bytes count as pictures: each is a byte times 1/255f, as from IDX files. With lengths, each step gets one more feature, the
/// mask: 1 where the step is there; where it is not, all its features are 0.
/// </summary>
internal sealed class NpySampleReader : SampleReader
{
    private readonly NpyArray _inputs;
    private readonly NpyArray? _targets;
    private readonly NpyArray? _lengths;
    private readonly float _factor;
    private readonly float[] _row;
    private int _read;

    private NpySampleReader(NpyArray inputs, NpyArray? targets, NpyArray? lengths, float factor)
    {
        (_inputs, _targets, _lengths, _factor) = (inputs, targets, lengths, factor);
        _row = lengths is null ? [] : new float[inputs.RowElements];
    }

    /// <inheritdoc/>
    public override double Done => _inputs.Rows == 0 ? 1 : (double)_read / _inputs.Rows;

    /// <summary>Opens the arrays of a part of a set.</summary>
    /// <param name="file">Where they are.</param>
    /// <param name="format">What is known of the format.</param>
    /// <param name="inputs">Inputs that a network takes, where targets are not read and need not be there; null where they are.</param>
    /// <exception cref="ActorNetException">An array is missing or damaged, or they do not fit.</exception>
    public static NpySampleReader Open(SampleFile file, SampleFormat format, int? inputs)
    {
        if (file.Targets is null && inputs is null)
        {
            throw new ActorNetException($"'{file.Path}' has inputs but no targets: add them as the array y.");
        }

        var opened = new List<NpyArray>();
        try
        {
            return Open(Take(file.Inputs)!, inputs is null ? Take(file.Targets) : null, Take(file.Lengths), file, format);
        }
        catch
        {
            opened.ForEach(array => array.Dispose());
            throw;
        }

        NpyArray? Take(ArrayPlace? place)
        {
            if (place is null)
            {
                return null;
            }

            opened.Add(new NpyArray(place));
            return opened[^1];
        }
    }

    /// <inheritdoc/>
    public override bool Read(Span<float> inputs, Span<float> targets)
    {
        if (_read == _inputs.Rows)
        {
            return false;
        }

        _read++;
        _inputs.ReadRow();
        if (_lengths is null)
        {
            _inputs.Floats(inputs);
            Scale(inputs);
        }
        else
        {
            ReadSteps(inputs);
        }

        ReadTargets(targets);
        return true;
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _inputs.Dispose();
            _targets?.Dispose();
            _lengths?.Dispose();
        }
    }

    private static NpySampleReader Open(NpyArray inputs, NpyArray? targets, NpyArray? lengths, SampleFile file, SampleFormat format)
    {
        foreach (var other in (NpyArray?[])[targets, lengths])
        {
            if (other is not null && other.Rows != inputs.Rows)
            {
                throw new ActorNetException($"{file.Inputs} has {inputs.Rows} rows, {(other == targets ? file.Targets : file.Lengths)} has {other.Rows}: they do not belong together.");
            }
        }

        if (lengths is not null && (inputs.Shape.Length != 3 || lengths.RowElements != 1))
        {
            throw new ActorNetException($"{file.Inputs}: lengths are for inputs of the shape (samples, steps, features), one number a sample.");
        }

        if (format.Ignore is not null || format.Delimiter is not null || format.Header is not null)
        {
            throw new ActorNetException($"{file.Inputs}: --ignore, --delimiter and --header are for CSV: leave them out.");
        }

        var task = format.Task ?? TaskOf(targets, file);
        var labels = task == TaskKind.Classification && targets is not null;
        if (labels && targets!.RowElements != 1)
        {
            throw new ActorNetException($"{file.Targets}: it has {targets.RowElements} numbers a sample, but a class is one number: save y.argmax(axis=1), or say --task multi-label or regression.");
        }

        return new NpySampleReader(inputs, targets, lengths, inputs.IsBytes ? 1f / (format.Scale ?? 255f) : 1f / (format.Scale ?? 1f))
        {
            File = file.Path,
            Task = task,
            InputSize = lengths is null ? inputs.RowElements : inputs.Shape[1] * (inputs.Shape[2] + 1),
            InputShape = ShapeOf(inputs, lengths),
            HasBytes = inputs.IsBytes && lengths is null && (format.Scale is null or 255f),
            HasTargets = targets is not null,
            TargetNumbers = targets is null ? 0 : targets.RowElements,
            Labels = labels ? new ClassNames(format.Classes) : null,
            Count = inputs.Rows,
            Format = new SampleFormat { Task = task, Scale = format.Scale, Classes = format.Classes },
        };
    }

    private static TaskKind TaskOf(NpyArray? targets, SampleFile file) => targets switch
    {
        null => TaskKind.Classification,
        { IsWhole: false } => TaskKind.Regression,
        { RowElements: 1 } => TaskKind.Classification,
        _ => throw new ActorNetException($"{file.Targets}: it has {targets.RowElements} whole numbers a sample: say what they mean with --task multi-label or --task regression."),
    };

    /// <summary>The shape without dimensions of 1 at its ends, where pictures have their only channel; null for a flat one.</summary>
    private static int[]? ShapeOf(NpyArray inputs, NpyArray? lengths)
    {
        if (lengths is not null)
        {
            return [inputs.Shape[1], inputs.Shape[2] + 1];
        }

        var shape = inputs.Shape[1..];
        shape = shape is [.., 1] and { Length: 3 } ? shape[..2] : shape is [1, ..] and { Length: 3 } ? shape[1..] : shape;
        return shape.Length > 1 ? shape : null;
    }

    private void Scale(Span<float> values)
    {
        if (_factor != 1f)
        {
            foreach (ref var value in values)
            {
                value *= _factor;
            }
        }
    }

    private void ReadSteps(Span<float> inputs)
    {
        var (steps, features) = (_inputs.Shape[1], _inputs.Shape[2]);
        _lengths!.ReadRow();
        var length = _lengths.Whole(0);
        if (length < 1 || length > steps)
        {
            throw _lengths.Error(0, $"a length is {length}, but sequences have 1 to {steps} steps");
        }

        inputs.Clear();
        _inputs.Floats(_row.AsSpan(0, (int)length * features));
        for (var step = 0; step < length; step++)
        {
            var at = inputs.Slice(step * (features + 1), features + 1);
            _row.AsSpan(step * features, features).CopyTo(at);
            Scale(at[..features]);
            at[features] = 1f;
        }
    }

    private void ReadTargets(Span<float> targets)
    {
        if (_targets is null)
        {
            return;
        }

        _targets.ReadRow();
        if (Labels is not null)
        {
            var label = Labels.Add(_targets.Whole(0), out var trouble);
            targets[0] = label >= 0 ? label : throw _targets.Error(0, trouble!);
            return;
        }

        _targets.Floats(targets);
        if (Task == TaskKind.MultiLabel && targets.IndexOfAnyExcept(0f, 1f) is var wrong and >= 0)
        {
            throw _targets.Error(wrong, $"{targets[wrong]} is neither 0 nor 1, which alone say whether a label is there");
        }
    }
}
