using System.Text;
using System.Text.Json.Nodes;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Core.Training;

namespace ActorNet.EndToEnd.Tests.Reports;

/// <summary>A record that a test writes, with the program's own lines at times of its own.</summary>
internal sealed class RecordText
{
    /// <summary>When it begins.</summary>
    public static readonly DateTime Began = new(2026, 11, 20, 8, 0, 0, DateTimeKind.Utc);

    private readonly StringBuilder _text = new();

    /// <summary>A record that has begun: six epochs of ten steps.</summary>
    public static RecordText Begun(JobSpec? job = null)
    {
        job ??= new JobSpec { Epochs = 6 };
        return new RecordText()
            .Add(0, "run", new { job = job.Hash, jobSpec = JsonNode.Parse(job.ToJson()), version = 0, settings = new Cli.Runs.RunSettings { Data = "digits" } })
            .Add(1, new TrainingEvent.Started(0, 60, 10, 100, 1, 1));
    }

    /// <summary>Adds what training says.</summary>
    public RecordText Add(double seconds, TrainingEvent happened) => Add(seconds, RunEventJson.Of(happened));

    /// <summary>Adds something else.</summary>
    public RecordText Add(double seconds, string name, object details) => Add(seconds, RunEventJson.Of(name, details));

    /// <summary>Adds text as it is.</summary>
    public RecordText Raw(string text)
    {
        _text.Append(text);
        return this;
    }

    /// <summary>Adds an epoch.</summary>
    public RecordText Epoch(double seconds, int epoch, double accuracy) =>
        Add(seconds, new TrainingEvent.EpochDone(new EpochResult(epoch, 1.0 / epoch, accuracy, accuracy, 0.5, null, 2)));

    /// <summary>Adds progress.</summary>
    public RecordText Progress(double seconds, long step, double cost) => Add(seconds, new TrainingEvent.Progressed(step, 1000 + step, cost));

    /// <summary>Writes the file.</summary>
    public string Write(string path)
    {
        File.WriteAllText(path, _text.ToString());
        return path;
    }

    /// <summary>Writes the file and digests it; a warning fails the test.</summary>
    public RecordedRun Read(string path) => RecordedRun.Read(RunSource.Find(Write(path)), warning => Assert.Fail(warning));

    private RecordText Add(double seconds, JsonObject line)
    {
        line["time"] = Began.AddSeconds(seconds);
        return Raw(line.ToJsonString(RunJson.Line) + "\n");
    }
}
