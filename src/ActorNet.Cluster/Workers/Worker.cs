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
/// It decides nothing: a failure is told to its node and ends it.
/// </summary>
internal sealed class Worker : ReceiveActor
{
    private readonly int _number;
    private readonly JobRuntime _runtime;
    private readonly IPartCalculator _calculator;
    private readonly WorkerMeter _meter;
    private readonly AlignedBuffer? _copy;
    private readonly Queue<ComputeGradient> _waiting = new();
    private readonly MessageDispatcher _dispatcher = Context.Dispatcher;
    private readonly Action _goOn;
    private ComputeGradient? _running;
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
        _calculator = runtime.Setup.CreateCalculator();
        _meter = runtime.Meter.Worker(number);
        _copy = runtime.Shared is null ? null : new AlignedBuffer(runtime.Setup.Network.Layout.Length);
        var self = Self;
        _goOn = () => self.Tell(GoOn.Now);
        Receive<ComputeGradient>(Take);
        Receive<WeightsThere>(Note);
        Receive<GoOn>(_ => Work());
        Receive<JudgeBlock>(Judge);
    }

    public static Props Props(int number, JobRuntime runtime) =>
        Akka.Actor.Props.Create(() => new Worker(number, runtime)).WithDispatcher(ComputeDispatchers.Name(number));

    /// <summary>
    /// What is under way is ended first: it may be writing gradients, which somebody may be reading. If it is of another step and waits for weights it is given up: nothing was
    /// written, and what is still wanted of it the node asks for again.
    /// </summary>
    private void Take(ComputeGradient message)
    {
        var waits = _isBegun && _progress.Needs > 0;
        if (_running is { } running && (running.Step == message.Step || !waits))
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
        (_running, _isBegun) = (message, false);
        _there = Math.Max(message.There, _more.Step == message.Step ? _more.There : 0);
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
        if (_running is not { } message || (_isBegun && _progress.Needs > _there))
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
            _progress = _calculator.Advance(Weights(message.Step));
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
        _calculator.SetLease(message.Lease);
        _progress = _calculator.Begin(message.Step, message.Rate);
    }

    private void End(ComputeGradient message)
    {
        _meter.Computed(message.Step, Samples(_calculator.Parts));
        Tell(message);
        _running = null;
        if (_waiting.TryDequeue(out var next))
        {
            Start(next);
            Yield();
        }
    }

    /// <summary>Whether all of a partition's gradient is there that its takers have not been told of. The way back goes from the last partition to the first.</summary>
    private bool HasNews => _untold > 0 && _runtime.Ranges[_untold - 1].Start >= _progress.Final;

    private void Tell(ComputeGradient message)
    {
        var parts = _calculator.Parts;
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
