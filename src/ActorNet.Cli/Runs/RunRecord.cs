using System.Text.Json;
using ActorNet.Cluster.Hosting;
using ActorNet.Core;

namespace ActorNet.Cli.Runs;

/// <summary>
/// What happened in a run, one JSON object a line, appended and never changed: <c>schema</c>, <c>time</c> (UTC), <c>event</c>, and what
/// belongs to the event. Each line is flushed, so a killed process leaves all but its last.
/// </summary>
internal sealed class RunRecord : IDisposable
{
    private const int Schema = 1;
    private static readonly TimeSpan _progressInterval = TimeSpan.FromSeconds(1);

    private readonly StreamWriter _writer;
    private readonly Action<string> _warn;
    private DateTime _lastProgress;
    private bool _broken;

    /// <summary>Opens the record to append.</summary>
    /// <param name="path">The file.</param>
    /// <param name="warn">Is told once when the record cannot be written further: training goes on.</param>
    /// <exception cref="ActorNetException">The file cannot be opened.</exception>
    public RunRecord(string path, Action<string> warn)
    {
        Path = path;
        _warn = warn;
        try
        {
            var stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            _writer = new StreamWriter(stream) { AutoFlush = true, NewLine = "\n" };
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ActorNetException($"record {path} cannot be written: {error.Message}", error);
        }
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Appends an event.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="details">An object whose properties belong to it.</param>
    public void Write(string name, object details)
    {
        if (_broken)
        {
            return;
        }

        var line = JsonSerializer.SerializeToNode(new { schema = Schema, time = DateTime.UtcNow, @event = name }, RunJson.Line)!.AsObject();
        foreach (var (key, value) in JsonSerializer.SerializeToNode(details, RunJson.Line)!.AsObject())
        {
            line[key] = value?.DeepClone();
        }

        try
        {
            _writer.WriteLine(line.ToJsonString(RunJson.Line));
        }
        catch (IOException error)
        {
            _broken = true;
            _warn($"record {Path} cannot be written any more ({error.Message}): training goes on without it.");
        }
    }

    /// <summary>Appends what training says; progress once a second.</summary>
    public void Write(TrainingEvent happened)
    {
        switch (happened)
        {
            case TrainingEvent.Started started:
                Write("started", started);
                break;
            case TrainingEvent.Progressed progress when DateTime.UtcNow - _lastProgress >= _progressInterval:
                _lastProgress = DateTime.UtcNow;
                var (rate, cost) = (RunJson.Number(progress.SamplesPerSecond), RunJson.Number(progress.RunningCost));
                Write("progress", new { progress.Version, samplesPerSecond = rate, runningCost = cost });
                break;
            case TrainingEvent.EpochDone { Result: var result }:
                Write("epoch", EpochSummary.Of(result));
                break;
            case TrainingEvent.CheckpointWritten checkpoint:
                Write("checkpoint", checkpoint);
                break;
            case TrainingEvent.WorkerReplaced replaced:
                Write("worker-replaced", replaced);
                break;
            case TrainingEvent.Listening listening:
                Write("listening", listening);
                break;
            case TrainingEvent.NodeJoined joined:
                Write("node-joined", joined);
                break;
            case TrainingEvent.DataHeld held:
                Write("data-held", held);
                break;
            case TrainingEvent.NodeLeft left:
                Write("node-left", left);
                break;
            case TrainingEvent.NodeSuspected suspected:
                Write("node-suspected", suspected);
                break;
            case TrainingEvent.NodeTrusted trusted:
                Write("node-trusted", trusted);
                break;
            case TrainingEvent.StepsGoOn on:
                Write("steps-go-on", on);
                break;
            case TrainingEvent.WentBack back:
                Write("went-back", back);
                break;
            case TrainingEvent.Warned warned:
                Write("warning", warned);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            _writer.Dispose();
        }
        catch (IOException)
        {
            // Said once already.
        }
    }
}
