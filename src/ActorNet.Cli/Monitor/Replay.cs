using System.Text.Json.Nodes;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Monitor;

/// <summary>Plays a record into a <see cref="MonitorModel"/>: forwards at any speed, and from any moment.</summary>
internal sealed class Replay
{
    private const double SlowestSpeed = 0.25;
    private const double FastestSpeed = 4096;

    private readonly ReplayedRecord _record;
    private readonly List<(DateTime Time, JsonObject Line)> _lines;
    private int _next;

    /// <summary>A replay that stands at the record's end.</summary>
    public Replay(ReplayedRecord record, MonitorModel model)
    {
        _record = record;
        // A clock may have been set back: time goes forward all the same.
        var last = default(DateTime);
        _lines = [.. record.Lines.Select(line => (last = Later(last, line["time"]!.GetValue<DateTime>()), line))];
        Model = model;
        model.Link = new Link(LinkState.Replay, record.Path);
        Seek(Length);
    }

    /// <summary>What is shown.</summary>
    public MonitorModel Model { get; }

    /// <summary>The time from the first event to the last.</summary>
    public TimeSpan Length => _lines[^1].Time - _lines[0].Time;

    /// <summary>The time from the first event to what is shown.</summary>
    public TimeSpan Position { get; private set; }

    /// <summary>Seconds of the record that pass in a second.</summary>
    public double Speed { get; private set; } = 1;

    /// <summary>Whether it plays; at its end it stands.</summary>
    public bool IsPlaying { get; private set; }

    /// <summary>Plays, or stands. At the end it begins anew.</summary>
    public void Toggle()
    {
        IsPlaying = !IsPlaying;
        if (IsPlaying && Position >= Length)
        {
            Seek(TimeSpan.Zero);
        }
    }

    /// <summary>Twice as fast.</summary>
    public void Faster() => Speed = Math.Min(Speed * 2, FastestSpeed);

    /// <summary>Half as fast.</summary>
    public void Slower() => Speed = Math.Max(Speed / 2, SlowestSpeed);

    /// <summary>Lets time pass.</summary>
    public void Advance(TimeSpan passed)
    {
        if (!IsPlaying)
        {
            return;
        }

        Seek(Position + (passed * Speed));
        IsPlaying = Position < Length;
    }

    /// <summary>Moves by a part of the whole, 1 for all of it.</summary>
    public void Move(double part) => Seek(Position + (Length * part));

    /// <summary>Shows a moment.</summary>
    public void Seek(TimeSpan position)
    {
        position = position < TimeSpan.Zero ? TimeSpan.Zero : position > Length ? Length : position;
        var time = _lines[0].Time + position;
        if (position < Position || _next == 0)
        {
            _next = 0;
            Model.Clear();
            Prime();
        }

        for (; _next < _lines.Count && _lines[_next].Time <= time; _next++)
        {
            Model.Take(_lines[_next].Line);
        }

        Position = position;
        Model.Now = time;
    }

    private static DateTime Later(DateTime one, DateTime other) => one > other ? one : other;

    /// <summary>Shows what the job says of the run, for records whose events do not.</summary>
    private void Prime()
    {
        if (_record.Job is not { } job)
        {
            return;
        }

        Model.Take(new RunStatus
        {
            JobHash = job.Hash,
            Network = job.Model.Shape,
            Data = DataSource.PlaceOf(job.Data.Name),
            Mode = job.Mode,
            Epochs = job.Epochs,
            BatchSize = job.SamplesPerUpdate,
            Slices = job.Slices,
            // With a schedule, statuses alone know it.
            LearningRate = job.LearningRate.Schedule == "constant" ? job.LearningRate.Rate : 0,
        });
    }
}
