using System.Text.Json;
using System.Text.Json.Nodes;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cli.Runs;

/// <summary>
/// What happened as a line of JSON, the same in a run's record and in its stream of events: <c>schema</c>, <c>time</c> (UTC), <c>event</c>, what belongs to the
/// event, and for news to people <c>severity</c> and <c>message</c>. Fields are only ever added.
/// </summary>
internal static class RunEventJson
{
    private const int Schema = 1;

    /// <summary>The line of something that training says.</summary>
    public static JsonObject Of(TrainingEvent happened)
    {
        var line = Of(happened.Name, Details(happened));
        line.Remove("name");
        if (happened.Message is { } message)
        {
            line["severity"] = JsonSerializer.SerializeToNode(happened.Severity, RunJson.Line);
            line["message"] = message;
        }
        else
        {
            line.Remove("severity");
            line.Remove("message");
        }

        return line;
    }

    /// <summary>The line of something else.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="details">An object whose properties belong to it.</param>
    public static JsonObject Of(string name, object details)
    {
        var line = JsonSerializer.SerializeToNode(new { schema = Schema, time = DateTime.UtcNow, @event = name }, RunJson.Line)!.AsObject();
        foreach (var (key, value) in JsonSerializer.SerializeToNode(details, RunJson.Line)!.AsObject())
        {
            line.TryAdd(key, value?.DeepClone());
        }

        return line;
    }

    private static object Details(TrainingEvent happened) => happened switch
    {
        TrainingEvent.Progressed progress => new
        {
            progress.Version,
            samplesPerSecond = RunJson.Number(progress.SamplesPerSecond),
            runningCost = RunJson.Number(progress.RunningCost),
        },
        TrainingEvent.EpochDone { Result: var result } => EpochSummary.Of(result),
        TrainingEvent.StatusTaken { Status: var status } => new { status },
        TrainingEvent.StepTraced { Spans: var spans } => new { spans },
        TrainingEvent.Commanded { Answer: var answer } => new { answer.Verb, answer.By, answer.Step, answer.IsDone },
        TrainingEvent.AlertRaised { Alert: var alert } => new { alert.Kind, alert.Subject, alert.Since },
        TrainingEvent.AlertCleared { Alert: var alert } => new { alert.Kind, alert.Subject, alert.Since },
        _ => happened,
    };
}
