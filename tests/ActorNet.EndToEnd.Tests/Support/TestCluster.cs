namespace ActorNet.EndToEnd.Tests.Support;

/// <summary>A coordinator's process and those that join it, all of this machine. What still runs at the end is killed.</summary>
internal sealed class TestCluster : IDisposable
{
    private readonly List<RunningProcess> _processes = [];
    private readonly string[] _job;

    /// <summary>Nothing runs yet.</summary>
    /// <param name="job">The flags of train that name the job.</param>
    public TestCluster(params string[] job) => _job = job;

    /// <summary>Where the processes run.</summary>
    public Workspace Work { get; } = new();

    /// <summary>The address on which all listen.</summary>
    public string Host { get; init; } = "127.0.0.1";

    /// <summary>The coordinator's port, known before it is there.</summary>
    public int Port { get; } = FreePorts.Pair();

    /// <summary>What leads to the program, such as <c>ip netns exec NAME</c>; nothing for itself.</summary>
    public string[] Way { get; init; } = [];

    /// <summary>The record of the run.</summary>
    public RecordReader Record => new(Work.At("run", "record.jsonl"));

    /// <summary>Starts the coordinator in the folder «run».</summary>
    public RunningProcess Train(params string[] flags) => Start(Way, ["train", .. _job, "--out", "run", "--json", "--listen", $"{Host}:{Port}", .. flags]);

    /// <summary>Starts the coordinator of a run that is there.</summary>
    public RunningProcess Resume(params string[] flags) => Start(Way, ["train", "--resume", "run", "--json", "--listen", $"{Host}:{Port}", .. flags]);

    /// <summary>Starts a worker's process.</summary>
    public RunningProcess Worker(int workers = 1, params string[] flags) => Node("worker", ["--workers", $"{workers}", "--exit-when-done", .. flags]);

    /// <summary>Starts a process that joins.</summary>
    /// <param name="command">worker, server or node.</param>
    /// <param name="flags">Its flags, but for where it joins and listens.</param>
    public RunningProcess Node(string command, params string[] flags) =>
        Start(Way, [command, "--join", $"{Host}:{Port}", "--listen", $"{Host}:0", .. flags]);

    /// <summary>Starts any command of the program.</summary>
    public RunningProcess Start(string[] way, params string[] arguments)
    {
        var process = way.Length == 0 ? Work.Start(arguments) : Work.StartBy(way, arguments);
        _processes.Add(process);
        return process;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _processes.ForEach(process => process.Abandon());
        Work.Dispose();
    }
}
