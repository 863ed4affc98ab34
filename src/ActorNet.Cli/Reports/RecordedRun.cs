using ActorNet.Cluster.Monitoring;
using ActorNet.Core;
using ActorNet.Core.Training;

namespace ActorNet.Cli.Reports;

/// <summary>A record digested in one pass, in memory that does not grow with its length: what a report shows.</summary>
internal sealed class RecordedRun
{
    private const int MostFirstNews = 200;
    private const int MostLastNews = 800;
    private const int MostStretches = 2000;
    private const int MostRecent = 5;

    private readonly RunSource _source;
    private readonly Rewinds _rewinds;
    private readonly SortedDictionary<int, RecordLine> _epochs = [];
    private readonly Dictionary<string, NodeHistory> _nodes = [];
    private readonly List<News> _firstNews = [];
    private readonly Queue<News> _lastNews = [];
    private readonly Queue<string> _recentTexts = [];
    private readonly List<Stretch> _processes = [];
    private readonly List<Stretch> _pauses = [];
    private readonly List<News> _marks = [];
    private RecordLine? _endBefore;
    private string? _jobJson;

    private RecordedRun(RunSource source, Rewinds rewinds) => (_source, _rewinds) = (source, rewinds);

    /// <summary>Where it was read.</summary>
    public RunSource Source => _source;

    /// <summary>The job; null where it is not known.</summary>
    public JobSpec? Job { get; private set; }

    /// <summary>The job's hash; null where it is not known.</summary>
    public string? JobHash { get; private set; }

    /// <summary>What the run had to say of its data and workers; null for a record without its begin.</summary>
    public Runs.RunSettings? Settings { get; private set; }

    /// <summary>The first line's time, UTC.</summary>
    public DateTime Began { get; private set; }

    /// <summary>The last line's time, UTC.</summary>
    public DateTime Ended { get; private set; }

    /// <summary>How the run stands.</summary>
    public RunState State { get; private set; }

    /// <summary>The line that ended the run; null while nothing did.</summary>
    public RecordLine? End { get; private set; }

    /// <summary>The last <c>started</c> line; null before the first step.</summary>
    public RecordLine? Started { get; private set; }

    /// <summary>The last progress; null before the first.</summary>
    public RecordLine? LastProgress { get; private set; }

    /// <summary>The run as it was looked at last; null where it never was.</summary>
    public RunStatus? LastStatus { get; private set; }

    /// <summary>The epochs that stand, by number.</summary>
    public IReadOnlyCollection<RecordLine> Epochs => _epochs.Values;

    /// <summary>Mean cost of the running epoch's samples, by step; the steps that stand.</summary>
    public Curve RunningCost { get; } = new();

    /// <summary>Samples a second, by seconds since the begin.</summary>
    public Curve Rate { get; } = new();

    /// <summary>The nodes, in the order in which they came.</summary>
    public IReadOnlyCollection<NodeHistory> Nodes => _nodes.Values;

    /// <summary>The most nodes with workers that took part at once; 1 for a run in one process.</summary>
    public int MostNodes { get; private set; } = 1;

    /// <summary>When a process had the run.</summary>
    public IReadOnlyList<Stretch> Processes => _processes;

    /// <summary>When the run held because somebody had paused it.</summary>
    public IReadOnlyList<Stretch> Pauses => _pauses;

    /// <summary>Went back, commands and alerts: what a timeline marks.</summary>
    public IReadOnlyList<News> Marks => _marks;

    /// <summary>The first and the last of what people want to know.</summary>
    public IEnumerable<News> News => _firstNews.Concat(_lastNews);

    /// <summary>How much of it is between the first and the last.</summary>
    public long NewsLeftOut { get; private set; }

    /// <summary>The best accuracy on the test set, and its epoch; null without one.</summary>
    public (int Epoch, double Accuracy)? Best =>
        _epochs.Values.Where(epoch => epoch.TestAccuracy is not null).MaxBy(epoch => epoch.TestAccuracy) is { } best ? (best.Epoch!.Value, best.TestAccuracy!.Value) : null;

    /// <summary>The last epoch's line; null before the first.</summary>
    public RecordLine? LastEpoch => _epochs.Count == 0 ? null : _epochs[_epochs.Keys.Max()];

    /// <summary>When the process that has the run made its first step, or else began.</summary>
    private DateTime BeganHere => Started?.Time is { } started && started >= _processes[^1].From ? started : _processes[^1].From;

    /// <summary>Samples a second over the whole training, or of late where the end does not say; null where nothing does.</summary>
    public double? SamplesPerSecond => _processes.Count == 1 && End?.SamplesPerSecond is { } rate ? rate : MeanRate();

    /// <summary>Why the run failed; null for one that has not.</summary>
    public string? Failure => End is { Event: "failed", Message: var message } ? message ?? "no reason was recorded" : null;

    /// <summary>Digests a record.</summary>
    /// <param name="source">The run.</param>
    /// <param name="warn">Is told what is wrong but survived.</param>
    /// <param name="wanted">Which events to look at; all of them if null.</param>
    /// <exception cref="ActorNetException">It cannot be read, or is no record.</exception>
    public static RecordedRun Read(RunSource source, Action<string> warn, Func<string, bool>? wanted = null)
    {
        var record = new RecordFile(source.Record, warn);
        var history = new RecordedRun(source, Rewinds.Of(record));
        foreach (var line in record.Read(wanted))
        {
            history.Take(line);
        }

        if (history.Began == default)
        {
            throw new ActorNetException($"{source.Record} is no record of a run, or an empty one: give the record.jsonl that 'actornet train' writes.");
        }

        history.Close(warn);
        return history;
    }

    private void Take(RecordLine line)
    {
        if (Began == default)
        {
            Began = line.Time;
        }

        NoteProcess(line);
        Ended = line.Time;
        if (Reports.News.Of(line) is { } news)
        {
            Note(news);
        }

        switch (line.Event)
        {
            case "run":
                (JobHash, Settings, _jobJson) = (line.Job ?? JobHash, line.Settings ?? Settings, line.JobSpec?.GetRawText() ?? _jobJson);
                break;
            case "started":
                Started = line;
                break;
            case "progress":
                TakeProgress(line);
                break;
            case "epoch" when line.Epoch is { } epoch && !_rewinds.IsSuperseded(line):
                _epochs[epoch] = line;
                break;
            case "status" when line.Status is { } status:
                TakeStatus(line.Time, status);
                break;
            case "command" when line is { IsDone: true, Verb: "pause" }:
                Pause(line.Time);
                break;
            case "command" when line is { IsDone: true, Verb: "resume" }:
                GoOn(line.Time);
                break;
            default:
                TakeNode(line);
                break;
        }
    }

    /// <summary>A process begins with a line of its own; one that was killed ended about when its last line was written.</summary>
    private void NoteProcess(RecordLine line)
    {
        if (line.IsBegin || _processes.Count == 0)
        {
            _endBefore = End;
            if (_processes.Count > 0 && _processes[^1].To is null)
            {
                EndProcess(Ended);
            }

            End = null;
            if (_processes.Count == MostStretches)
            {
                // Of so many that nobody could tell them apart the last one counts, which has the run.
                _processes.RemoveAt(MostStretches - 1);
            }

            _processes.Add(new Stretch(line.Time, null, null));
        }

        if (line.IsEnd)
        {
            // A finished run that is resumed has nothing to do, and nothing to say.
            End = line.Steps == 0 && _endBefore?.Event == "finished" ? _endBefore : line;
            foreach (var one in line.Contributions ?? [])
            {
                NodeOf(one.Node, BeganHere);
            }

            CountNodes();
            EndProcess(line.Time);
        }
    }

    private void EndProcess(DateTime time)
    {
        _processes[^1] = _processes[^1] with { To = time };
        GoOn(time);
        foreach (var node in _nodes.Values)
        {
            node.End(time);
        }
    }

    private void TakeProgress(RecordLine line)
    {
        LastProgress = line;
        Rate.Add((line.Time - Began).TotalSeconds, line.SamplesPerSecond);
        if (!_rewinds.IsSuperseded(line))
        {
            RunningCost.Add(line.Version ?? 0, line.RunningCost);
        }
    }

    private void TakeStatus(DateTime time, RunStatus status)
    {
        LastStatus = status;
        foreach (var node in status.Nodes)
        {
            NodeOf(node.Node, node.Joined == default ? BeganHere : node.Joined).See(time, node);
        }

        CountNodes();
    }

    private void TakeNode(RecordLine line)
    {
        if (line.Node is not { } name)
        {
            return;
        }

        switch (line.Event)
        {
            case "node-joined":
                NodeOf(name, line.Time).Join(line.Time, line.Workers);
                CountNodes();
                break;
            case "node-left":
                NodeOf(name, BeganHere).Leave(line.Time, line.Reason, line.IsAsked == true);
                break;
            case "node-suspected":
                NodeOf(name, BeganHere).Suspect(line.Time, line.Reason);
                break;
            case "node-trusted":
                NodeOf(name, BeganHere).Trust(line.Time);
                break;
        }
    }

    /// <summary>A node. The record has no word of the joining of those that were there before the first step.</summary>
    private NodeHistory NodeOf(string name, DateTime joined)
    {
        if (!_nodes.TryGetValue(name, out var node))
        {
            _nodes[name] = node = new NodeHistory(name);
            node.Join(joined, null);
        }

        return node;
    }

    private void CountNodes() =>
        MostNodes = Math.Max(MostNodes, _nodes.Values.Count(node => node.Workers is not 0 && node.Stays.Count > 0 && node.Stays[^1].To is null));

    private void Note(News news)
    {
        if (news.Event is "went-back" or "took-over" or "command" or "alert" && _marks.Count < MostStretches)
        {
            _marks.Add(news);
        }

        // An alert that another event has said a moment ago is a mark, but no news.
        if (news.Event == "alert" && _recentTexts.Contains(news.Text))
        {
            return;
        }

        _recentTexts.Enqueue(news.Text);
        if (_recentTexts.Count > MostRecent)
        {
            _recentTexts.Dequeue();
        }

        if (_firstNews.Count < MostFirstNews)
        {
            _firstNews.Add(news);
            return;
        }

        if (_lastNews.Count == MostLastNews)
        {
            _lastNews.Dequeue();
            NewsLeftOut++;
        }

        _lastNews.Enqueue(news);
    }

    private void Pause(DateTime time)
    {
        if ((_pauses.Count == 0 || _pauses[^1].To is not null) && _pauses.Count < MostStretches)
        {
            _pauses.Add(new Stretch(time, null, null));
        }
    }

    private void GoOn(DateTime time)
    {
        if (_pauses.Count > 0 && _pauses[^1].To is null)
        {
            _pauses[^1] = _pauses[^1] with { To = time };
        }
    }

    private void Close(Action<string> warn)
    {
        Job = _source.FindJob(_jobJson, warn);
        JobHash ??= Job?.Hash;
        State = End?.Event switch
        {
            "finished" => RunState.Finished,
            "stopped" => RunState.Stopped,
            "failed" => RunState.Failed,
            _ => _source.IsHeld ? RunState.Running : RunState.Interrupted,
        };
        if (End is null)
        {
            EndProcess(Ended);
        }
    }

    private double? MeanRate()
    {
        var epochs = _epochs.Values.Where(epoch => epoch.Seconds > 0).ToList();
        var samples = (double?)_rewinds.StepsPerEpoch * Job?.SamplesPerUpdate;
        return epochs.Count > 0 && samples is { } each ? each * epochs.Count / epochs.Sum(epoch => epoch.Seconds!.Value) : LastProgress?.SamplesPerSecond;
    }

    /// <summary>Samples of each node, from the run's end; empty where that does not say.</summary>
    public IReadOnlyDictionary<string, long> Contributions() => (End?.Contributions ?? [])
        .GroupBy(one => one.Node)
        .ToDictionary(node => node.Key, node => node.Sum(one => one.Samples));
}
