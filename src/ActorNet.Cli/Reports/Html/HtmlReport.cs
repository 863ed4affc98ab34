using System.Security.Cryptography;
using System.Text;
using ActorNet.Cli.Rendering;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Data.Formats;

namespace ActorNet.Cli.Reports.Html;

/// <summary>
/// A run as one page that needs no other file: no request leaves it, and its policy forbids any. It reads whole without its script, which only reads out values
/// under the pointer.
/// </summary>
internal sealed class HtmlReport
{
    private const int MostWarnings = 50;

    private readonly RecordedRun _history;
    private readonly ModelLook _model;
    private readonly HtmlText _page = new();
    private int _figures;

    private HtmlReport(RecordedRun history) => (_history, _model) = (history, ModelLook.At(history));

    private string Title => _history.Job is { } job ? $"{job.Model.Shape} on {DataName}" : $"Run {_history.Source.Name}";

    private string DataName => (_history.Job?.Data.Name is { Length: > 0 } name ? name : _history.Settings?.Data) is { } known
        ? Path.GetFileName(Path.TrimEndingDirectorySeparator(DataSource.PlaceOf(known)))
        : "unknown data";

    /// <summary>Writes the page.</summary>
    /// <exception cref="Core.ActorNetException">It cannot be written.</exception>
    public static void Write(RecordedRun history, string path)
    {
        var page = new HtmlReport(history).Make();
        OutputFile.Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }

    private string Make()
    {
        var (style, script) = (Resource("report.css"), Resource("report.js"));
        var policy = $"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src '{Hash(script)}'; base-uri 'none'; form-action 'none'";
        _page.Add(
            $"""
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"/>
            <meta http-equiv="Content-Security-Policy" content="{policy}"/>
            <meta name="viewport" content="width=device-width, initial-scale=1"/><meta name="color-scheme" content="light dark"/>
            <title>{Title}</title>
            """);
        _page.AddOwn($"<style>{style}</style></head><body><main>");
        Head();
        Curves();
        Timeline();
        Model();
        Nodes();
        Events();
        Job();
        _page.Add($"""<footer>Made by ActorNet {ProgramVersion.Text} from {_history.Source.Record}, {DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC. All times are UTC.</footer></main>""");
        _page.AddOwn($"<script>{script}</script></body></html>");
        return _page.ToString();
    }

    private void Head()
    {
        _page.Add($"""<header><p class="over">Training report</p><h1>{Title}</h1><p class="lead state-{Word(_history.State)}">{Lead()}</p></header><dl class="facts">""");
        foreach (var (name, value) in Facts())
        {
            _page.Add($"<div><dt>{name}</dt><dd>{value}</dd></div>");
        }

        _page.Add($"""</dl><dl class="facts names">""");
        foreach (var (name, value) in Names())
        {
            _page.Add($"<div><dt>{name}</dt><dd><code>{value}</code></dd></div>");
        }

        _page.Add($"</dl>");
        Reproduce();
    }

    /// <summary>The result in a sentence or two.</summary>
    private HtmlText Lead()
    {
        var text = new HtmlText();
        if (_history.LastEpoch is { } last)
        {
            var epochs = $"{last.Epoch} epoch{(last.Epoch == 1 ? "" : "s")}";
            text = last.TestAccuracy is { } accuracy
                ? HtmlText.Of($"After {epochs} the network answers <b>{Say.Percent(accuracy)}</b> of the test samples correctly{BestWords()}. ")
                : HtmlText.Of($"After {epochs} the mean training cost is <b>{Say.Cost(last.TrainCost)}</b>. ");
        }

        return _history.State switch
        {
            RunState.Running => text.Add($"The run is under way; this is how it stood on {_history.Ended:yyyy-MM-dd} at {_history.Ended:HH:mm:ss}."),
            RunState.Stopped => text.Add($"The run was asked to stop, and can go on."),
            RunState.Interrupted => text.Add($"The run was interrupted: its record ends on {_history.Ended:yyyy-MM-dd} at {_history.Ended:HH:mm:ss} without a word."),
            RunState.Failed => text.Add($"<b>The run failed:</b> {_history.Failure}"),
            _ => text,
        };
    }

    private string BestWords() => _history.Best is { } best && best.Epoch != _history.LastEpoch!.Epoch ? $"; the best was {Say.Percent(best.Accuracy)} after epoch {best.Epoch}" : "";

    private IEnumerable<(string Name, HtmlText Value)> Facts()
    {
        var end = _history.End;
        yield return ("State", HtmlText.Of($"{Word(_history.State)}"));
        if (_history.Job is { } job)
        {
            var parameters = _history.Started?.Parameters is { } count ? $", {Say.Count(count)} parameters" : "";
            var activations = string.Join(", ", job.Model.Layers.Select(layer => layer.Activation));
            yield return ("Network", HtmlText.Of($"{job.Model.Shape}{parameters}; {activations}"));
            var heldOut = job.Data.Validation > 0 ? $", {Say.Count(job.Data.Validation)} samples held out" : "";
            yield return ("Data", HtmlText.Of($"{DataName}{heldOut}"));
            yield return ("Cost", HtmlText.Of($"{job.Cost}{(job.L2 > 0 ? FormattableString.Invariant($", L2 {job.L2}") : "")}"));
            yield return ("Optimizer", HtmlText.Of($"{job.Optimizer.Name}, rate {job.LearningRate.Rate}, {job.LearningRate.Schedule}, minibatch {job.BatchSize}"));
            if (job.Mode != "sync")
            {
                var outer = job.Outer is { } step ? FormattableString.Invariant($"; outer rate {step.LearningRate}, momentum {step.Momentum}") : "";
                yield return ("Updates", HtmlText.Of($"{job.Mode}{outer}"));
            }

            yield return ("Epochs", HtmlText.Of($"{_history.LastEpoch?.Epoch ?? 0} of {job.Epochs}; seed {job.Seed}"));
        }

        var trained = _history.Epochs.Sum(epoch => epoch.Seconds ?? 0);
        yield return ("Training time", HtmlText.Of($"{Say.Duration(trained)} for the epochs{(end?.PeakMemoryBytes is { } peak ? $", peak memory {Say.Megabytes(peak)}" : "")}"));
        yield return ("Speed", HtmlText.Of($"{Say.Count(_history.SamplesPerSecond ?? double.NaN)} samples/s on {_history.MostNodes} node{(_history.MostNodes == 1 ? "" : "s")}"));
        yield return ("Began", HtmlText.Of($"{_history.Began:yyyy-MM-dd HH:mm:ss}, record of {Say.Duration((_history.Ended - _history.Began).TotalSeconds)}"));
    }

    private IEnumerable<(string Name, string Value)> Names()
    {
        yield return ("Run", _history.Source.Name);
        if (_history.JobHash is { } hash)
        {
            yield return ("Job", hash);
        }

        if (_history.End?.WeightsSha256 is { } weights)
        {
            yield return ("Weights, SHA-256", weights);
        }
        else if (_model.Trained is { Model.WeightsSha256: var last })
        {
            yield return ("Last checkpoint's weights", last);
        }
    }

    private void Reproduce()
    {
        if (_history.Job is null)
        {
            Missing("How to reproduce it", "neither the record nor a run folder around it has the job.");
            return;
        }

        _page.Add($"""<h2>How to reproduce it</h2><pre class="commands">{string.Join('\n', ReproductionCommands.Of(_history))}</pre>""");
        _page.Add($"<p>On any number of workers, the weights are the same, bit for bit: compare the SHA-256.</p>");
    }

    private void Curves()
    {
        _page.Add($"<h2>Course</h2>");
        var charts = CurveFigures.Draw(_history);
        if (charts.Count == 0)
        {
            _page.Add($"""<p class="missing">No epoch is done, and no progress was recorded: there are no curves.</p>""");
            return;
        }

        _page.Add($"""<figure><div class="charts">""");
        foreach (var chart in charts)
        {
            _page.Add($"{chart}");
        }

        _page.Add($"</div>");
        Caption("Training accuracy and cost are those of each sample under the weights of its own step, test accuracy those after the epoch. Where the record has more points than the paper, lines are means and bands go from the least to the greatest value. Steps that the run went back behind are left out.");
    }

    private void Timeline()
    {
        _page.Add($"""<h2>Nodes over time</h2><figure><div class="scroll">{NodeTimeline.Draw(_history)}</div>""");
        Caption(
            """
            In the run's row: a process had the run; strokes are ends of epochs, hatched stretches pauses. Events: ↶ the run went back to a checkpoint, ▾ a command, ! an alert. In a node's row: it took part (pale), had slices (solid, the higher the
            more), was suspected (hatched), left as it was asked to (○), or was lost (×). The words come up under the pointer, and are in the tables below.
            """);
        if (_history.Nodes.Count > NodeTimeline.MostNodes)
        {
            _page.Add($"""<p class="missing">{_history.Nodes.Count - NodeTimeline.MostNodes} further nodes are in the table alone.</p>""");
        }
    }

    private void Model()
    {
        _page.Add($"<h2>Answers</h2>");
        if (_model.WhyNotJudged is { } reason)
        {
            _page.Add($"""<p class="missing">The confusion matrix and the wrong answers are left out: {reason}</p>""");
        }

        if (_model.Metrics is { } metrics)
        {
            _page.Add($"<figure>{ModelFigures.Confusion(metrics)}");
            Caption($"Answers of {(_history.State == RunState.Finished ? "the finished model" : "the newest checkpoint's model")} on the {Say.Count(metrics.Count)} samples of {_model.Test!.Name}, {Say.Percent(metrics.Accuracy)} of them right: samples, and their share of the row. Confusions have their full colour at a tenth of the row.");
            WrongAnswers();
        }

        _page.Add($"<h2>First layer</h2>");
        Weights();
    }

    private void WrongAnswers()
    {
        if (_model.Image is not { } image)
        {
            _page.Add($"""<p class="missing">The wrong answers are left out: {_model.Test!.Name} does not hold pictures.</p>""");
            return;
        }

        if (_model.Wrong.Count == 0)
        {
            _page.Add($"<p>No test sample is read wrong.</p>");
            return;
        }

        _page.Add($"<h2>Surest of what is wrong</h2><figure>{ModelFigures.Wrong(_model.Wrong, _model.Test!, image)}");
        Caption($"The {_model.Wrong.Count} test samples that were read wrong with the greatest output, which stands below each.");
    }

    private void Weights()
    {
        if (_model.WhyNoModel is { } reason)
        {
            _page.Add($"""<p class="missing">The weights are left out: {reason}</p>""");
            return;
        }

        var tensor = _model.Trained!.Model.Tensors[0];
        if (_model.Image is { } image && ModelFigures.Weights(tensor, image, out var limit, out var shown) is { } pictures)
        {
            _page.Add($"<figure>{pictures}");
            var all = tensor.Shape[1];
            Caption($"Weights into {(shown == all ? $"each of the {all}" : $"the first {shown} of the {all}")} neurons of the first layer, as the pictures that they look at: blue above zero, orange below, full colour at ±{limit:0.00} and beyond.");
            return;
        }

        _page.Add($"""<p class="missing">The weights are not drawn: {(_model.Image is null ? "the inputs are not known to be pictures" : "the first layer does not look at the whole picture")}.</p>""");
    }

    private void Nodes()
    {
        _page.Add($"<h2>Nodes</h2>");
        _page.Add($"{NodeTable.Make(_history)}");
    }

    private void Events()
    {
        _page.Add($"<h2>Events</h2>");
        var news = _history.News.ToList();
        var warnings = news.Where(one => one.Severity > Severity.Info).ToList();
        if (warnings.Count > 0)
        {
            _page.Add($"<h3>Warnings and errors</h3>");
            EventTable(warnings.Take(MostWarnings));
            if (warnings.Count > MostWarnings)
            {
                _page.Add($"""<p class="missing">{warnings.Count - MostWarnings} more are among all events below.</p>""");
            }
        }

        _page.Add($"<details><summary>All {Say.Count(news.Count + _history.NewsLeftOut)} events</summary>");
        if (_history.NewsLeftOut > 0)
        {
            _page.Add($"""<p class="missing">{Say.Count(_history.NewsLeftOut)} events between the first and the last are left out: --csv has all of them.</p>""");
        }

        EventTable(news);
        _page.Add($"</details>");
    }

    private void EventTable(IEnumerable<News> news)
    {
        _page.Add($"""<div class="scroll"><table class="events"><thead><tr><th>after</th><th>UTC</th><th>event</th><th>what</th></tr></thead><tbody>""");
        foreach (var one in news)
        {
            _page.Add($"""<tr class="{Word(one.Severity)}"><td>{Clock(one.Time)}</td><td>{one.Time:MM-dd HH:mm:ss}</td><td>{one.Event}</td><td class="text">{one.Text}</td></tr>""");
        }

        _page.Add($"</tbody></table></div>");
    }

    private void Job()
    {
        if (_history.Job is not { } job)
        {
            return;
        }

        var json = job.ToJson();
        var file = $"data:application/json;base64,{Convert.ToBase64String(Encoding.UTF8.GetBytes(json))}";
        _page.Add($"""<h2>Job</h2><p><a download="job.json" href="{file}">Save as job.json</a></p><pre class="job">{json}</pre>""");
    }

    private void Caption(string text) => _page.Add($"<figcaption><b>Figure {++_figures}.</b> {text}</figcaption></figure>");

    private void Missing(string what, string reason) => _page.Add($"""<h2>{what}</h2><p class="missing">Left out: {reason}</p>""");

    private string Clock(DateTime time) => Say.Duration((time - _history.Began).TotalSeconds);

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static string Hash(string script) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}";

    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
