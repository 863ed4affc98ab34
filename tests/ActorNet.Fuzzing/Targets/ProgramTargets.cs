using System.Text;
using ActorNet.Cli.Images;
using ActorNet.Cli.Monitor;
using ActorNet.Cli.Reports;
using ActorNet.Cli.Reports.Exports;
using ActorNet.Cli.Reports.Html;
using ActorNet.Cli.Reports.Listing;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Core.Models;
using ActorNet.Core.Training;
using ActorNet.Fuzzing.Engine;

namespace ActorNet.Fuzzing.Targets;

/// <summary>What the program itself reads.</summary>
internal static class ProgramTargets
{
    private static readonly Type[] _events = [typeof(RecordLine), typeof(RunStatus), typeof(EpochSummary), typeof(Alert)];

    private static readonly string[] _eventWords =
    [
        .. JsonWords.Of(_events),
        "\"schema\":1", "\"time\":\"2026-01-02T03:04:05Z\"", "\"event\":", "\"run\"", "\"started\"", "\"progress\"", "\"epoch\"", "\"status\"", "\"spans\"", "\"command\"", "\"alert\"", "\"alert-over\"", "\"node-joined\"", "\"node-left\"",
        "\"finished\"", "\"failed\"", "\"went-back\"", "\"checkpoint\"", "\"isDone\":true", "\"verb\":\"pause\"", "null", "{", "}", "[", "]", "\n", ",",
    ];

    private static readonly byte[] _record = DataTargets.Utf8(
        """
        {"schema":1,"time":"2026-01-02T03:04:05Z","event":"run","job":"ab12","version":0,"settings":{"data":"digits","workers":2},"jobSpec":{"epochs":2,"batchSize":10}}
        {"schema":1,"time":"2026-01-02T03:04:06Z","event":"started","version":0,"totalSteps":200,"stepsPerEpoch":100,"parameters":50}
        {"schema":1,"time":"2026-01-02T03:04:06Z","event":"node-joined","node":"local","workers":2,"generation":1,"message":"node local joins","severity":"info"}
        {"schema":1,"time":"2026-01-02T03:04:07Z","event":"progress","version":50,"samplesPerSecond":1e5,"runningCost":0.25}
        {"schema":1,"time":"2026-01-02T03:04:07Z","event":"status","status":{"schema":1,"time":"2026-01-02T03:04:07Z","phase":"training","step":50,"epochs":2,"stepsPerEpoch":100,"totalSteps":200,"batchSize":10,"slices":8,"nodes":[{"node":"local","phase":"active","slices":[0,1,2]}],"alerts":[]}}
        {"schema":1,"time":"2026-01-02T03:04:07Z","event":"spans","spans":[{"node":"local","worker":0,"step":50,"phase":"forward","start":1,"duration":2}]}
        {"schema":1,"time":"2026-01-02T03:04:08Z","event":"epoch","epoch":1,"trainCost":0.3,"trainAccuracy":0.9,"testAccuracy":0.8,"testCost":0.4,"validationAccuracy":null,"seconds":1.5}
        {"schema":1,"time":"2026-01-02T03:04:08Z","event":"command","verb":"pause","by":"me","step":60,"isDone":true,"severity":"info","message":"paused"}
        {"schema":1,"time":"2026-01-02T03:04:09Z","event":"went-back","version":20,"severity":"warning","message":"back"}
        {"schema":1,"time":"2026-01-02T03:04:09Z","event":"alert","kind":"slow","subject":"local","since":"2026-01-02T03:04:09Z","severity":"warning","message":"slow"}
        {"schema":1,"time":"2026-01-02T03:04:10Z","event":"finished","steps":200,"testAccuracy":0.9,"samplesPerSecond":1000,"contributions":[{"node":"local","worker":0,"samples":100}]}

        """);

    /// <summary>
    /// What a line of a record or of the monitor's news is read into. The serializer sets its properties in the order of the input, one method each: each order of two would be
    /// an edge, some ten thousand that say nothing of the product.
    /// </summary>
    public static IReadOnlySet<Type> EventTypes => JsonWords.TypesIn(_events);

    /// <summary>A job file.</summary>
    public static FuzzTarget Job(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "job.json");
        var spec = new ModelSpec(64, [new LayerSpec("conv", 2, "relu") { Window = 3 }, new LayerSpec("pool") { Window = 2 }, new LayerSpec("dropout") { Rate = 0.5 }, new LayerSpec("dense", 2, "softmax")]) { InputShape = [8, 8] };
        return new FuzzTarget(
            name,
            [
                .. ((JobSpec[])[new JobSpec(), new JobSpec { Model = spec, Augmentation = new AugmentationSpec(), ClassWeights = [1, 2], Expand = "shift", Patience = 3, ClipNorm = 1 }]).Select(job => DataTargets.Utf8(job.ToJson())),
                "{\"learningRate\":{\"rate\":0.1,\"schedule\":\"cosine\",\"warmupSteps\":5},\"optimizer\":{\"name\":\"adam\"},\"data\":{\"name\":\"x.csv?label=a\"}}"u8.ToArray(),
            ],
            input =>
            {
                Scratch.Write(path, input);
                var job = JobFile.Load(path).Job;
                job.Validate();
                Network.Create(job.Model);
                _ = (job.Hash, job.Model.Shape, job.Equals(JobSpec.FromJson(job.ToJson(), "again")));
            })
        {
            Words = ["\"model\":", "\"layers\":", "\"kind\":", "\"size\":", "\"window\":", "\"rate\":", "\"inputs\":", "\"inputShape\":", "\"optimizer\":", "\"learningRate\":", "\"batchSize\":", "\"slices\":", "\"seed\":", "\"data\":", "\"name\":", "dense", "conv", "pool", "dropout", "lstm", "gru", "elman", "adam", "momentum", "null", "{", "}", "[", "]", ","],
        };
    }

    /// <summary>How a run is trained.</summary>
    public static FuzzTarget RunSettings(string name)
    {
        var folder = Scratch.Folder(name);
        var path = Path.Combine(folder, "run.json");
        return new FuzzTarget(name, ["{\"data\":\"digits\",\"dataFolder\":\"/data\",\"workers\":2,\"servers\":1,\"checkpointEvery\":100,\"keep\":3}"u8.ToArray()], input =>
        {
            Scratch.Write(path, input);
            _ = RunFolder.LoadSettings(folder).ToString();
        });
    }

    /// <summary>The record of a run, as it is listed.</summary>
    public static FuzzTarget Record(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "record.jsonl");
        return new FuzzTarget(name, [_record, _record[..700]], input =>
        {
            Scratch.Write(path, input);
            _ = RunSummary.Read(RunSource.Find(path), _ => { });
        })
        {
            Words = _eventWords,
        };
    }

    /// <summary>The record of a run, and all that is made of it.</summary>
    public static FuzzTarget Report(string name)
    {
        var folder = Scratch.Folder(name);
        var path = Path.Combine(folder, "record.jsonl");
        return new FuzzTarget(name, [_record, _record[..700]], input =>
        {
            Scratch.Write(path, input);
            var (_, history) = RunSummary.Read(RunSource.Find(path), _ => { });
            var record = new RecordFile(path, _ => { });
            HtmlReport.Write(history, Path.Combine(folder, "report.html"));
            _ = CsvTables.Write(history, record, folder).Count();
            TensorBoardEvents.Write(history, record, Directory.CreateDirectory(Path.Combine(folder, "events")).FullName);
            ChromeTrace.Write(history, record, Path.Combine(folder, "trace.json"));
        })
        {
            Words = _eventWords,
        };
    }

    /// <summary>Events as the monitor takes them, and what it shows of them: a thousand at most, as each is an input of its own.</summary>
    public static FuzzTarget Monitor(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "record.jsonl");
        return new FuzzTarget(name, [_record, _record[..700]], input =>
        {
            Scratch.Write(path, input);
            var model = new MonitorModel();
            foreach (var line in Encoding.UTF8.GetString(input).Split('\n').Take(1000))
            {
                model.Take(line);
            }

            _ = (MonitorJson.Of(model), MonitorPage.Draw(100, model), model.RootCause);
            var replayed = new MonitorModel();
            var replay = new Replay(ReplayedRecord.Read(path, _ => { }), replayed);
            _ = (replay, MonitorJson.Of(replayed));
        })
        {
            Words = _eventWords,
        };
    }

    /// <summary>A picture to predict from. Other formats than PGM are Skia's, which has fuzzers of its own.</summary>
    public static FuzzTarget Picture(string name)
    {
        var path = Path.Combine(Scratch.Folder(name), "picture.pgm");
        return new FuzzTarget(name, ["P2\n# ink\n3 2\n255\n0 1 2\n253 254 255\n"u8.ToArray(), [.. "P5 2 2 15\n"u8, 0, 1, 14, 15]], input =>
        {
            if (PgmFile.IsPgm(input))
            {
                Scratch.Write(path, input);
                GreyImage.Load(path, 28);
            }
        })
        {
            Words = ["P2", "P5", "#", "\n", " ", "255"],
        };
    }

    /// <summary>Words of the command line that have a form of their own.</summary>
    public static FuzzTarget Words(string name) => new(
        name,
        [.. ((string[])["conv20x5", "dense100", "lstm64:sequence:masked:truncate=10", "dropout0.5", "pool2", "10.0.0.5:4053", "[fd00::5]:80", "host"]).Select(DataTargets.Utf8)],
        input =>
        {
            var text = Encoding.UTF8.GetString(input);
            try
            {
                var layer = LayerSpec.Parse(text, "relu");
                if (LayerSpec.Parse(layer.ToString(), layer.Activation) != layer)
                {
                    throw new InvalidOperationException($"{layer} is another layer when it is read again.");
                }
            }
            catch (FormatException)
            {
                // Refused, as documented.
            }

            var at = HostPort.Parse(text, "--join");
            if (HostPort.Parse(at.ToString(), "again") != at)
            {
                throw new InvalidOperationException($"{at} is another address when it is read again.");
            }
        })
    {
        Words = ["conv", "pool", "dropout", "lstm", "gru", "elman", "dense", ":sequence", ":masked", ":truncate=", "x", "[", "]", ":", "::1", "."],
    };
}
