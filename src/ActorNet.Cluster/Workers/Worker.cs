using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using Akka.Actor;
using Akka.Dispatch;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Computes the gradients of the slices leased to it and judges blocks of data sets, on the one thread of its dispatcher. It begins with the weights of the first layer,
/// while the others may still be on their way, and on the way back tells each partition as soon as its gradient is there, so that it travels while the next is computed.
/// What it backs another node up with waits until <see cref="BackupTimer"/> says so. A failure is told to its node and ends it.
/// </summary>
internal sealed class Worker : ReceiveActor, IDisposable
{
    private readonly int _number;
    private readonly JobRuntime _runtime;
    private readonly IPartCalculator _own;
    private readonly WorkerMeter _meter;
    private readonly AlignedBuffer? _copy;
    private readonly Queue<ComputeGradient> _waiting = new();
    private readonly MessageDispatcher _dispatcher = Context.Dispatcher;
    private readonly Action _goOn;
    private readonly BackupTimer _backupTimer;
    private IPartCalculator? _backup;
    private ComputeGradient? _running;
    private bool _isBackupDue;
    private TimeSpan _timePerSlice;
    private StepProgress _progress;
    private bool _isBegun;
    private long _began;
    private int _there;
    private WeightsThere _more = new(-1, 0);
    private int _untold;
    private Evaluator? _evaluator;

    public Worker(int number, JobRuntime runtime)
    {
        _number = number;
        _runtime = runtime;
        _own = runtime.Setup.CreateCalculator();
        _meter = runtime.Meter.Worker(number);
        _copy = runtime.Shared is null ? null : new AlignedBuffer(runtime.Setup.Network.Layout.Length);
        var self = Self;
        _goOn = () => self.Tell(GoOn.Now);
        _backupTimer = new BackupTimer(() => self.Tell(BackupDue.Now));
        Receive<ComputeGradient>(Take);
        Receive<WeightsThere>(Note);
        Receive<GoOn>(_ => Work());
        Receive<BackupDue>(_ => BackUp());
        Receive<JudgeBlock>(Judge);
    }

    public static Props Props(int number, JobRuntime runtime) =>
        Akka.Actor.Props.Create(() => new Worker(number, runtime)).WithDispatcher(ComputeDispatchers.Name(number));

    public void Dispose() => _backupTimer.Dispose();

    protected override void PostStop() => Dispose();

    /// <summary>
    /// What is under way is ended first: it may be writing gradients, which somebody may be reading. If it is of another step and waits for weights it is given up: nothing was
    /// written, and what is still wanted of it the node asks for again.
    /// </summary>
    private void Take(ComputeGradient message)
    {
        if (!message.IsBackup)
        {
            _backupTimer.NoteStep(message.Step);
        }

        var waits = _isBegun && _progress.Needs > 0;
        if (_running is { } running && !HoldsBackup && (running.Step == message.Step || !waits))
        {
            _waiting.Enqueue(message);
            return;
        }

        _waiting.Clear();
        Start(message);
        Work();
    }

    private void Start(ComputeGradient message)
    {
        (_running, _isBegun, _isBackupDue) = (message, false, false);
        _there = Math.Max(message.There, _more.Step == message.Step ? _more.There : 0);
        if (message.IsBackup)
        {
            _backupTimer.Start(message.Step, message.Lease, _timePerSlice * Slices(message.Lease));
        }
    }

    /// <summary>Whether what it is to do next is another node's, and not due yet.</summary>
    private bool HoldsBackup => _running is { IsBackup: true } && !_isBegun;

    /// <summary>The step still waits. A word that was on its way when a step came finds that step's backup, if any: early is no harm.</summary>
    private void BackUp()
    {
        if (HoldsBackup)
        {
            _isBackupDue = true;
            Work();
        }
    }

    private void Note(WeightsThere more)
    {
        _more = more;
        if (_running is { } running && running.Step == more.Step)
        {
            _there = Math.Max(_there, more.There);
            Work();
        }
    }

    /// <summary>Goes on as far as the weights reach, or until there is something to tell and more to compute: who is told may have the same thread.</summary>
    private void Work()
    {
        if (_running is not { } message || (HoldsBackup && !_isBackupDue) || (_isBegun && _progress.Needs > _there))
        {
            return;
        }

        try
        {
            Advance(message);
        }
        catch (Exception cause)
        {
            var slice = (cause as SliceException)?.Slice ?? (message.Lease is [{ Count: 1 } leaf] ? leaf.First : (int?)null);
            Context.Parent.Tell(new GradientFault(_number, message.Step, slice, cause));
            throw;
        }
    }

    private void Advance(ComputeGradient message)
    {
        var began = Stopwatch.GetTimestamp();
        if (!_isBegun)
        {
            Begin(message);
        }

        while (_progress is { IsDone: false, Needs: var needs } && needs <= _there && !HasNews)
        {
            _progress = CalculatorOf(message).Advance(Weights(message.Step));
        }

        if (_progress.IsDone && _runtime.Pace > TimeSpan.Zero)
        {
            Pace.Keep(_runtime.Pace * Slices(message.Lease), _began);
        }

        _meter.Worked(message.Step, began);
        if (_progress.IsDone)
        {
            End(message);
        }
        else if (HasNews)
        {
            Tell(message);
            Yield();
        }
    }

    /// <summary>Goes on once those that wait for this thread have had their turn. A message to itself would be taken in this worker's own turn, before them.</summary>
    private void Yield() => _dispatcher.Schedule(_goOn);

    private void Begin(ComputeGradient message)
    {
        _isBegun = true;
        _began = Stopwatch.GetTimestamp();
        _untold = _runtime.Ranges.Count;
        _runtime.Shared?.CopyTo(_copy!.Span);
        var calculator = CalculatorOf(message);
        calculator.SetLease(message.Lease);
        _progress = calculator.Begin(message.Step, message.Rate);
    }

    private void End(ComputeGradient message)
    {
        _timePerSlice = Stopwatch.GetElapsedTime(_began) / Slices(message.Lease);
        _meter.Computed(message.Step, Samples(CalculatorOf(message).Parts), message.IsBackup);
        Tell(message);
        _running = null;
        while (_waiting.TryDequeue(out var next))
        {
            if (next.IsBackup && _waiting.Count > 0)
            {
                // What is behind it is this node's own.
                continue;
            }

            Start(next);
            Yield();
            return;
        }
    }

    /// <summary>Backups have buffers of their own: leases that change in each step would have to be allocated in each.</summary>
    private IPartCalculator CalculatorOf(ComputeGradient message) => message.IsBackup ? _backup ??= _runtime.Setup.CreateCalculator() : _own;

    /// <summary>Whether all of a partition's gradient is there that its takers have not been told of. The way back goes from the last partition to the first.</summary>
    private bool HasNews => _untold > 0 && _runtime.Ranges[_untold - 1].Start >= _progress.Final;

    private void Tell(ComputeGradient message)
    {
        var parts = CalculatorOf(message).Parts;
        for (; HasNews; _untold--)
        {
            for (var i = 0; i < parts.Count; i++)
            {
                var ready = new GradientReady(_number, message.Step, parts[i], message.Updates);
                foreach (var taker in message.Takers[_untold - 1])
                {
                    taker.Tell(ready);
                }
            }
        }
    }

    private ReadOnlySpan<float> Weights(long step) => _copy is null ? _runtime.Weights(step).Span : _copy.Span;

    private static int Slices(IReadOnlyList<TreeNode> lease) => lease.Sum(node => node.Count);

    private static int Samples(PartList parts)
    {
        var samples = 0;
        for (var i = 0; i < parts.Count; i++)
        {
            samples += parts[i].Samples;
        }

        return samples;
    }

    /// <summary>The timer's word.</summary>
    private sealed record BackupDue
    {
        public static readonly BackupDue Now = new();
    }

    private void Judge(JudgeBlock message)
    {
        try
        {
            _evaluator ??= new Evaluator(_runtime.Setup.Network, _runtime.Setup.Cost);
            var score = _evaluator.JudgeBlock(message.Set.Weights.Span, message.Set.Data, message.Block);
            Context.Parent.Tell(new BlockJudged(message.Set.Ticket, message.Block, score));
        }
        catch (Exception cause)
        {
            Context.Parent.Tell(new JudgingFault(_number, message, cause));
            throw;
        }
    }
}
