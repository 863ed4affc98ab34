using ActorNet.Cli.Rendering;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Reports.Html;

/// <summary>Who took part when, as SVG: a row for the run, one for what happened, and one for each node.</summary>
internal sealed class NodeTimeline
{
    /// <summary>Nodes that are drawn; the table has all of them.</summary>
    public const int MostNodes = 100;

    private const double Width = 940;
    private const double Left = 170;
    private const double Right = 12;
    private const double RowHeight = 20;
    private const double Bar = 12;
    private const double LabelWidth = 44;

    /// <summary>What is narrower cannot be seen.</summary>
    private const double LeastWidth = 0.4;

    private readonly RecordedRun _history;
    private readonly Axis _axis;
    private readonly HtmlText _svg;
    private readonly double _height;
    private readonly int _mostSlices;
    private double _y = 2;

    private NodeTimeline(RecordedRun history)
    {
        _history = history;
        _axis = Axis.Time((history.Ended - history.Began).TotalSeconds);
        _mostSlices = history.Nodes.SelectMany(node => node.Leases).Select(lease => lease.Slices.Count).DefaultIfEmpty(1).Max();
        var rows = 2 + Math.Min(history.Nodes.Count, MostNodes);
        _height = (rows * RowHeight) + 44;
        _svg = HtmlText.Of($"""<svg class="timeline" viewBox="0 0 {Width} {_height}" role="img" aria-label="Timeline of the run and its nodes">""");
    }

    /// <summary>Draws a run.</summary>
    public static HtmlText Draw(RecordedRun history)
    {
        var timeline = new NodeTimeline(history);
        timeline.Draw();
        return timeline._svg;
    }

    private void Draw()
    {
        _svg.AddOwn("""<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>""");
        Ticks();
        RunRow();
        MarkRow();
        foreach (var node in _history.Nodes.Take(MostNodes))
        {
            NodeRow(node);
        }

        _svg.Add($"</svg>");
    }

    private void Ticks()
    {
        var bottom = _height - 34;
        foreach (var tick in _axis.Ticks)
        {
            var x = Left + (_axis.Part(tick) * (Width - Left - Right));
            _svg.Add($"""<path class="grid" d="M{x} 0V{bottom}"/><text class="tick" text-anchor="middle" x="{x}" y="{bottom + 14}">{Say.Duration(tick)}</text>""");
        }

        _svg.Add($"""<text class="tick" text-anchor="middle" x="{(Left + Width - Right) / 2}" y="{_height - 4}">time since the begin</text>""");
    }

    private void RunRow()
    {
        Label("run", "");
        foreach (var process in _history.Processes)
        {
            Box("run", process.From, process.To, Bar, $"a process has the run, {Span(process)}");
        }

        foreach (var pause in _history.Pauses)
        {
            Box("pause", pause.From, pause.To, Bar, $"paused, {Span(pause)}");
        }

        var drawn = double.NegativeInfinity;
        foreach (var epoch in _history.Epochs)
        {
            var x = X(epoch.Time);
            if (x - drawn > 3)
            {
                drawn = x;
                _svg.Add($"""<path class="epoch" d="M{x} {_y + 4}v{Bar}"><title>epoch {epoch.Epoch ?? 0} ends, {Clock(epoch.Time)}</title></path>""");
            }
        }

        _y += RowHeight;
    }

    private void MarkRow()
    {
        Label("events", "");
        foreach (var mark in _history.Marks)
        {
            var sign = mark.Event switch
            {
                "went-back" => "↶",
                "took-over" => "⇄",
                "command" => "▾",
                _ => "!",
            };
            _svg.Add($"""<text class="mark {Style(mark.Severity)}" text-anchor="middle" x="{X(mark.Time)}" y="{_y + 14}">{sign}<title>{Clock(mark.Time)} {mark.Text}</title></text>""");
        }

        _y += RowHeight;
    }

    private void NodeRow(NodeHistory node)
    {
        Label(node.Name, node.Workers is { } workers ? $"{workers} worker{(workers == 1 ? "" : "s")}" : "");
        foreach (var stay in node.Stays)
        {
            Box("stay", stay.From, stay.To, Bar, $"{node.Name} takes part, {Span(stay)}");
        }

        var drawn = double.NegativeInfinity;
        foreach (var lease in node.Leases)
        {
            var to = lease.To ?? _history.Ended;
            if (X(to) - Math.Max(X(lease.From), drawn) >= LeastWidth)
            {
                drawn = X(to);
                Box("lease", lease.From, to, Math.Max(2, Bar * lease.Slices.Count / _mostSlices), $"slices {Ranges(lease.Slices)}, {Span(new Stretch(lease.From, to, null))}", Ranges(lease.Slices));
            }
        }

        foreach (var suspicion in node.Suspicions)
        {
            Box("suspect", suspicion.From, suspicion.To, Bar, $"suspected, {Span(suspicion)}: {suspicion.Reason}");
        }

        foreach (var stay in node.Stays.Where(stay => stay is { To: not null, Reason: not null }))
        {
            var (sign, style) = stay.IsAsked ? ("○", "info") : ("×", "error");
            _svg.Add($"""<text class="mark {style}" text-anchor="middle" x="{X(stay.To!.Value)}" y="{_y + 14}">{sign}<title>left at {Clock(stay.To.Value)}: {stay.Reason}</title></text>""");
        }

        _y += RowHeight;
    }

    private void Label(string name, string note)
    {
        var shown = name.Length <= 24 ? name : string.Concat(name.AsSpan(0, 10), "…", name.AsSpan(name.Length - 13));
        _svg.Add($"""<text class="label" text-anchor="end" x="{Left - 8}" y="{_y + 14}">{shown}<title>{name} {note}</title></text>""");
    }

    /// <summary>A box that stands on the row's base line.</summary>
    private void Box(string style, DateTime from, DateTime? to, double height, string title, string label = "")
    {
        var (x, width) = (X(from), Math.Max(1, X(to ?? _history.Ended) - X(from)));
        var bottom = _y + 4 + Bar;
        _svg.Add($"""<rect class="{style}" x="{x}" y="{bottom - height}" width="{width}" height="{height}"><title>{title}</title></rect>""");
        if (label.Length > 0 && width >= LabelWidth)
        {
            _svg.Add($"""<text class="inside" text-anchor="middle" x="{x + (width / 2)}" y="{bottom - 2.5}">{label}</text>""");
        }
    }

    /// <summary>Slices as people write them: 0–3, 6.</summary>
    internal static string Ranges(IReadOnlyList<int> slices)
    {
        var ranges = new List<(int From, int To)>();
        foreach (var slice in slices.Order())
        {
            if (ranges.Count > 0 && ranges[^1].To == slice - 1)
            {
                ranges[^1] = (ranges[^1].From, slice);
            }
            else
            {
                ranges.Add((slice, slice));
            }
        }

        return string.Join(", ", ranges.Select(range => range.From == range.To ? $"{range.From}" : $"{range.From}–{range.To}"));
    }

    private static string Style(Severity severity) => severity.ToString().ToLowerInvariant();

    private double X(DateTime time) => Left + (Math.Clamp(_axis.Part((time - _history.Began).TotalSeconds), 0, 1) * (Width - Left - Right));

    private string Span(Stretch stretch) => $"{Clock(stretch.From)} to {(stretch.To is { } to ? Clock(to) : "the end")}";

    private string Clock(DateTime time) => Say.Duration((time - _history.Began).TotalSeconds);
}
