using System.Globalization;
using ActorNet.Cluster.Monitoring;

namespace ActorNet.Cli.Monitor;

/// <summary>What the person at the keys has chosen to see, and what their keys do.</summary>
/// <param name="model">What is known.</param>
/// <param name="replay">The record being played; null for a live run.</param>
internal sealed class MonitorController(MonitorModel model, Replay? replay = null)
{
    private const double SeekPart = 0.02;
    private static readonly TimeSpan _noticeTime = TimeSpan.FromSeconds(15);

    private DateTime _noticeUntil;
    private string _notice = "";

    /// <summary>Sends a command; its answer comes back by <see cref="Say"/>.</summary>
    public Action<RunCommand> Send { get; init; } = _ => { };

    /// <summary>Why no command can be given now; null when one can.</summary>
    public Func<string?> Refusal { get; init; } = () => "this is a record: nobody takes commands";

    /// <summary>Who gives commands.</summary>
    public string By { get; init; } = "";

    /// <summary>What fills the screen.</summary>
    public MonitorTab Tab { get; private set; }

    /// <summary>Order and filter of the nodes.</summary>
    public NodeTable Table { get; private set; } = new();

    /// <summary>How curves are looked at.</summary>
    public CurveOptions Curves { get; private set; } = new();

    /// <summary>What members and events must contain.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>The selected node; null for none.</summary>
    public string? Selected { get; private set; }

    /// <summary>How far members or events are scrolled.</summary>
    public int Scroll { get; private set; }

    /// <summary>Whether the keys are listed.</summary>
    public bool ShowsHelp { get; private set; }

    /// <summary>Whether everything about the selected node is shown.</summary>
    public bool ShowsDetails { get; private set; }

    /// <summary>The question being asked; null for none.</summary>
    public Prompt? Prompt { get; private set; }

    /// <summary>What was said last; empty when that is long ago.</summary>
    public string Notice => DateTime.UtcNow < _noticeUntil ? _notice : "";

    /// <summary>How what was said last looks.</summary>
    public Ink NoticeInk { get; private set; }

    /// <summary>Whether the person wants to leave.</summary>
    public bool IsLeaving { get; private set; }

    /// <summary>The record being played; null for a live run.</summary>
    public Replay? Replay => replay;

    /// <summary>Says something in the last row.</summary>
    public void Say(string text, bool isGood = true)
    {
        (_notice, NoticeInk) = (text, isGood ? Ink.Good : Ink.Bad);
        _noticeUntil = DateTime.UtcNow + _noticeTime;
    }

    /// <summary>Takes a key: a character, or the name of another key.</summary>
    public void Press(string key)
    {
        if (Prompt is { } prompt)
        {
            prompt.Press(key);
            Prompt = prompt.IsOver && Prompt == prompt ? null : Prompt;
        }
        else if (ShowsHelp)
        {
            ShowsHelp = false;
        }
        else if (key == "q")
        {
            IsLeaving = true;
        }
        else if (!(replay is not null && PressReplay(key)) && !PressVerb(key))
        {
            PressView(key);
        }
    }

    private void PressView(string key)
    {
        switch (key)
        {
            case "?" or "h":
                ShowsHelp = true;
                break;
            case "Esc":
                (ShowsDetails, Table, Filter, _noticeUntil) = (false, ShowsDetails ? Table : Table with { Filter = "" }, ShowsDetails ? Filter : "", default);
                break;
            case "1" or "2" or "3" or "4" or "5":
                Show((MonitorTab)(key[0] - '1'));
                break;
            case "Tab":
                Show((MonitorTab)(((int)Tab + 1) % Enum.GetValues<MonitorTab>().Length));
                break;
            case "/":
                AskFilter();
                break;
            case "Enter" when Selected is not null || Nodes.Count > 0:
                Selected ??= Nodes[0].Node;
                ShowsDetails = !ShowsDetails;
                break;
            case ">":
                Table = Table.SortBy(1);
                break;
            case "<":
                Table = Table.SortBy(-1);
                break;
            case "r":
                Table = Table with { IsReversed = !Table.IsReversed };
                break;
            case "z":
                Curves = Curves.ZoomIn();
                break;
            case "Z":
                Curves = Curves.ZoomOut();
                break;
            case "x":
                Curves = Curves with { IsLogarithmic = !Curves.IsLogarithmic };
                break;
            case "m":
                Curves = Curves.SmoothMore();
                break;
            case "Down" or "j":
                Move(1);
                break;
            case "Up" or "k":
                Move(-1);
                break;
            case "PageDown":
                Move(10);
                break;
            case "PageUp":
                Move(-10);
                break;
            case "Home":
                Move(int.MinValue / 2);
                break;
            case "End":
                Move(int.MaxValue / 2);
                break;
        }
    }

    private List<NodeStatus> Nodes => Table.Nodes(model.Status);

    private void Show(MonitorTab tab) => (Tab, Scroll, ShowsDetails) = (tab, 0, false);

    private void Move(int rows)
    {
        if (Tab is MonitorTab.Members or MonitorTab.Events)
        {
            // Events are read from their end.
            var count = Tab == MonitorTab.Members ? MembersPanel.Find(model, Filter).Count : NewsPanel.Find(model, Filter).Count;
            Scroll = Math.Clamp(Scroll + (Tab == MonitorTab.Members ? rows : -rows), 0, Math.Max(count - 1, 0));
            return;
        }

        var nodes = Nodes;
        if (nodes.Count > 0)
        {
            var at = nodes.FindIndex(node => node.Node == Selected);
            Selected = nodes[at < 0 && rows > 0 ? 0 : Math.Clamp(at + rows, 0, nodes.Count - 1)].Node;
        }
    }

    private void AskFilter()
    {
        var ofNodes = Tab is MonitorTab.Overview or MonitorTab.Nodes or MonitorTab.Curves;
        void Set(string text) => (Table, Filter) = ofNodes ? (Table with { Filter = text }, Filter) : (Table, text);
        Prompt = new Prompt(ofNodes ? "show nodes with: " : "show lines with: ", ofNodes ? Table.Filter : Filter, _ => null, Set);
    }

    private bool PressReplay(string key)
    {
        switch (key)
        {
            case " ":
                replay!.Toggle();
                return true;
            case "+" or "=":
                replay!.Faster();
                return true;
            case "-":
                replay!.Slower();
                return true;
            case "Left":
                replay!.Move(-SeekPart);
                return true;
            case "Right":
                replay!.Move(SeekPart);
                return true;
            case "Home":
                replay!.Seek(TimeSpan.Zero);
                return true;
            case "End":
                replay!.Seek(replay.Length);
                return true;
            default:
                return false;
        }
    }

    /// <summary>The keys that change the run: each asks first.</summary>
    private bool PressVerb(string key)
    {
        if (key is not ("p" or "s" or "c" or "d" or "l"))
        {
            return false;
        }

        if (Refusal() is { } why)
        {
            Say(why, isGood: false);
            return true;
        }

        if (model.IsOver || model.Status is not { } status)
        {
            Say(model.IsOver ? "the run is over: nothing is left to steer" : "nothing is known of the run yet", isGood: false);
            return true;
        }

        switch (key)
        {
            case "p" when status.Phase == RunPhase.Paused:
                Ask("resume the run? [y/N]", new RunCommand.Resume(By));
                break;
            case "p":
                Ask("pause the run at the next step, with a checkpoint there? [y/N]", new RunCommand.Pause(By));
                break;
            case "c":
                Ask("write a checkpoint at the next step? [y/N]", new RunCommand.Checkpoint(By));
                break;
            case "s":
                Prompt = new Prompt(
                    "stop the run: after this [s]tep, this [e]poch, or [n]ow without a checkpoint? Esc for no",
                    ("s", () => Send(new RunCommand.Stop(By, StopTime.Step))),
                    ("e", () => Send(new RunCommand.Stop(By, StopTime.Epoch))),
                    ("n", () => Send(new RunCommand.Stop(By, StopTime.Now))));
                break;
            case "d" when Selected is { } node:
                Ask($"drain {node}: it hands over what it has, and its process ends? [y/N]", new RunCommand.Drain(By, node));
                break;
            case "d":
                Say("select a node first, with the arrow keys", isGood: false);
                break;
            case "l":
                Prompt = new Prompt($"learning rate from the next step on (now {Charts.Rate(status.LearningRate)}): ", "", SetRate);
                break;
        }

        return true;
    }

    private void Ask(string question, RunCommand command) => Prompt = new Prompt(question, ("y", () => Send(command)), ("Y", () => Send(command)));

    private string? SetRate(string text)
    {
        if (text.Length == 0)
        {
            return null;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) || !double.IsFinite(rate) || rate <= 0)
        {
            return "that is no number above 0; learning rate: ";
        }

        Send(new RunCommand.SetLearningRate(By, rate));
        return null;
    }
}
