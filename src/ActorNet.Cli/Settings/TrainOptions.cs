using System.CommandLine;
using ActorNet.Cli.Commands;
using ActorNet.Cli.Http;
using ActorNet.Cli.Logs;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Security;

namespace ActorNet.Cli.Settings;

/// <summary>How to train, beside the job: none of it can change a bit of the result.</summary>
internal sealed record TrainOptions
{
    /// <summary>Where the data is, if not in its usual place.</summary>
    public Said? DataFolder { get; init; }

    /// <summary>Worker actors; null for the default.</summary>
    public int? Workers { get; init; }

    /// <summary>Parameter servers; null for the default.</summary>
    public int? Servers { get; init; }

    /// <summary>Standbys of each partition, 0 or 1; null for the default.</summary>
    public int? Replicas { get; init; }

    /// <summary>The new run's folder.</summary>
    public Said? Out { get; init; }

    /// <summary>Steps between checkpoints; null for the default.</summary>
    public int? CheckpointEvery { get; init; }

    /// <summary>Checkpoints to keep; null for the default.</summary>
    public int? Keep { get; init; }

    /// <summary>The run to go on with; an empty text for the newest.</summary>
    public Said? Resume { get; init; }

    /// <summary>Whether it goes on only because it is there, where else it would begin.</summary>
    public bool ResumeIfThere { get; init; }

    /// <summary>The model to start from.</summary>
    public Said? From { get; init; }

    /// <summary>The job file.</summary>
    public Said? JobFile { get; init; }

    /// <summary>How other nodes join; null to train in this process alone.</summary>
    public NodeOptions? Node { get; init; }

    /// <summary>Where the run can be watched.</summary>
    public required HttpOptions Http { get; init; }

    /// <summary>What is logged; null for nothing.</summary>
    public LogOptions? Log { get; init; }

    /// <summary>Worker actors to wait for.</summary>
    public int MinWorkers { get; init; } = 1;

    /// <summary>Server nodes to wait for.</summary>
    public int MinServers { get; init; } = 1;

    /// <summary>Let spare nodes race the slowest.</summary>
    public bool Speculate { get; init; }

    /// <summary>Print the job and train nothing.</summary>
    public bool PrintJob { get; init; }

    /// <summary>One JSON object on stdout, the rest on stderr.</summary>
    public bool Json { get; init; }

    /// <summary>Nothing but warnings and errors.</summary>
    public bool Quiet { get; init; }
}

/// <summary>The flags of <see cref="TrainOptions"/>.</summary>
internal sealed class TrainFlags
{
    private readonly Setting _dataFolder = DataFlags.Folder();
    private readonly Setting _workers = new("--workers", "K", "Worker actors of this process, one thread each; 0 with --listen for none. Default: one per core, fewer where steps or slices are too small to share.");
    private readonly Setting _servers = new("--servers", "P", "Parameter servers, each of a part of the parameters. Default: 1; with --listen, but for ssp and async, one for each 256 KiB of parameters, up to 8.");
    private readonly NodeFlags _node = new();
    private readonly TlsFlags _tls = new();
    private readonly LogFlags _log = new();
    private readonly HttpFlags _http = new(HttpOptions.DefaultPort, canSteer: true);

    private readonly Setting _minWorkers = new(
        "--min-workers", "N", "With --listen: begin when so many worker actors are there, of all nodes. Default 1.");

    private readonly Setting _minServers = new(
        "--min-servers", "N", "With --listen: begin when so many nodes that take partitions are there. Default 1: this one.");

    private readonly Setting _replicas = new(
        "--replicas",
        "N",
        "With --listen: 1 to have a second node keep each partition too, which takes over at once when the first is lost: nothing goes back. It doubles the gradients on the network. Default 0.");

    private readonly Setting _out = new("--out", "RUN_DIR", "The new run's folder. Default runs/<time>-<job>.");
    private readonly Setting _checkpointEvery = new(
        "--checkpoint-every", "N", "A checkpoint every N steps too, beside the one after each epoch. Default 0: none.");

    private readonly Setting _keep = new("--keep", "N", "How many of the last checkpoints to keep, beside the best. Default 3.");

    private readonly Setting _resume = new(
        "--resume",
        "[RUN_DIR]",
        "Go on with a run from its last good checkpoint; without a folder, with the newest under runs/. The job is the run's own. On a "
        + "finished run of 30 epochs, --epochs 60 makes a new job that names the old one as its parent and, in a new run folder, trains epochs "
        + "31 to 60 with the old weights and optimizer state: with a constant or step schedule the weights are those of 60 epochs at once; the "
        + "cosine schedule goes on where one of 60 epochs would be.");

    private readonly Switch _resumeIfThere = new(
        "--resume-if-there", "Go on with the run in --out if there is one, else begin it: one command for the first start and every restart.");

    private readonly Setting _from = new("--from", "MODEL", "Start from the weights of a model file, run or checkpoint folder; epochs count from 1.");
    private readonly Setting _job = new("--job", "FILE", "Take from a job file, - for stdin, what no flag says; --print-job writes one.");
    private readonly Switch _speculate = new("--speculate", "Let nodes that have no slices race the slowest of the others, and those that wait compute what much slower ones owe.");
    private readonly Switch _printJob = new("--print-job", "Print the job as a job file and train nothing.");
    private readonly Switch _json = new("--json", "Print one JSON object at the end, alone on stdout.");
    private readonly Switch _quiet = new("--quiet", "Print nothing but warnings and errors.");

    /// <summary>Adds every flag to a command.</summary>
    public void AddTo(Command command)
    {
        _resume.Option.Arity = ArgumentArity.ZeroOrOne;
        foreach (var setting in (Setting[])[_dataFolder, _workers, _servers, _minWorkers, _minServers, _replicas, _out, _checkpointEvery, _keep, _resume, _from, _job])
        {
            command.Options.Add(setting.Option);
        }

        _node.AddTo(command);
        _tls.AddTo(command);
        _http.AddTo(command);
        _log.AddTo(command);
        foreach (var toggle in (Switch[])[_resumeIfThere, _speculate, _printJob, _json, _quiet])
        {
            command.Options.Add(toggle.Option);
        }
    }

    /// <summary>What was said.</summary>
    /// <exception cref="Commands.UsageException">A value makes no sense.</exception>
    public TrainOptions Read(ParseResult parse)
    {
        var certificates = _tls.Read(parse);
        var node = _node.Read(parse, certificates, listen: null) is { } read ? read with { Serves = true } : null;
        if (node is null && (_minWorkers.Find(parse) ?? _minServers.Find(parse) ?? _replicas.Find(parse)) is { } lonely)
        {
            throw NodeFlags.WithoutCluster(lonely);
        }

        if (node is not null)
        {
            UsageException.Check(node.Validate);
        }

        return Read(parse, node, certificates);
    }

    private int? Workers(ParseResult parse, bool alone) => _workers.Find(parse) is not { } said ? null
        : said.NotNegative() is var workers && workers == 0 && alone ? throw said.Wrong("1 or more, or say with --listen HOST:PORT where nodes with workers join")
        : workers;

    /// <summary>The run to go on with; null to begin one.</summary>
    private Said? Resumed(ParseResult parse)
    {
        var named = _resume.Find(parse);
        if (!_resumeIfThere.IsOn(parse))
        {
            return named;
        }

        var folder = _out.Find(parse) ?? throw new UsageException("--resume-if-there needs a folder to look in: add --out RUN_DIR.");
        return named is { } other
            ? throw new UsageException($"{other.Source} does not go with --resume-if-there, which goes on with {folder.Source} {folder.Text}: leave one of them out.")
            : RunFolder.IsRun(folder.Text) ? folder : null;
    }

    private TrainOptions Read(ParseResult parse, NodeOptions? node, NodeCertificates? certificates) => new()
    {
        Node = node,
        Http = _http.Read(parse, node?.PublicHost, certificates),
        Log = _log.Read(parse),
        MinWorkers = _minWorkers.Find(parse)?.Positive() ?? 1,
        MinServers = _minServers.Find(parse)?.Positive() ?? 1,
        DataFolder = _dataFolder.Find(parse),
        Workers = Workers(parse, alone: node is null),
        Servers = _servers.Find(parse)?.Positive(),
        Replicas = _replicas.Find(parse) is { } replicas ? replicas.NotNegative() is var count and <= 1 ? count : throw replicas.Wrong("0 or 1") : null,
        Out = _out.Find(parse),
        CheckpointEvery = _checkpointEvery.Find(parse)?.NotNegative(),
        Keep = _keep.Find(parse)?.Positive(),
        Resume = Resumed(parse),
        ResumeIfThere = _resumeIfThere.IsOn(parse),
        From = _from.Find(parse),
        JobFile = _job.Find(parse),
        Speculate = _speculate.IsOn(parse),
        PrintJob = _printJob.IsOn(parse),
        Json = _json.IsOn(parse),
        Quiet = _quiet.IsOn(parse),
    };
}
