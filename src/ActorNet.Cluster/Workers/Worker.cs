using System.Diagnostics;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.Cluster.Protocol;
using ActorNet.Core.Numerics;
using ActorNet.Core.Training;
using Akka.Actor;

namespace ActorNet.Cluster.Workers;

/// <summary>
/// Computes the gradients of the slices leased to it and judges blocks of data sets, on the one thread of its dispatcher. It decides nothing: a failure
/// is told to its node and ends it.
/// </summary>
internal sealed class Worker : ReceiveActor
{
    private readonly int _number;
    private readonly JobRuntime _runtime;
    private readonly IPartCalculator _calculator;
    private readonly WorkerMeter _meter;
    private readonly AlignedBuffer? _copy;
    private Evaluator? _evaluator;

    public Worker(int number, JobRuntime runtime)
    {
        _number = number;
        _runtime = runtime;
        _calculator = runtime.Setup.CreateCalculator();
        _meter = runtime.Meter.Worker(number);
        _copy = runtime.Shared is null ? null : new AlignedBuffer(runtime.Setup.Network.Layout.Length);
        Receive<ComputeGradient>(Compute);
        Receive<JudgeBlock>(Judge);
    }

    public static Props Props(int number, JobRuntime runtime) =>
        Akka.Actor.Props.Create(() => new Worker(number, runtime)).WithDispatcher(ComputeDispatchers.Name(number));

    private void Compute(ComputeGradient message)
    {
        try
        {
            var began = Stopwatch.GetTimestamp();
            _calculator.SetLease(message.Lease);
            var parts = _calculator.Compute(message.Step, Weights(message.Step), message.Rate);
            if (_runtime.Pace > TimeSpan.Zero)
            {
                Pace.Keep(_runtime.Pace * Slices(message.Lease), began);
            }

            _meter.Computed(message.Step, Samples(parts), began);
            for (var i = 0; i < parts.Count; i++)
            {
                var ready = new GradientReady(_number, message.Step, parts[i], message.Updates);
                foreach (var server in message.Servers)
                {
                    server.Tell(ready);
                }
            }
        }
        catch (Exception cause)
        {
            var slice = (cause as SliceException)?.Slice ?? (message.Lease is [{ Count: 1 } leaf] ? leaf.First : (int?)null);
            Context.Parent.Tell(new GradientFault(_number, message.Step, slice, cause));
            throw;
        }
    }

    private ReadOnlySpan<float> Weights(long step)
    {
        if (_copy is null)
        {
            return _runtime.Weights(step).Span;
        }

        _runtime.Shared!.CopyTo(_copy.Span);
        return _copy.Span;
    }

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
