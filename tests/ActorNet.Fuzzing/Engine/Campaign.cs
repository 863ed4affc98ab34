using System.Diagnostics;
using System.Globalization;

namespace ActorNet.Fuzzing.Engine;

/// <summary>
/// Fuzzes one target: mutates inputs that have reached something new, and keeps those that do. Only new edges count as growth; what passes an edge more often than
/// others, or is shorter, is worth mutating too: <see cref="Pool"/>.
/// </summary>
internal sealed class Campaign
{
    private static readonly TimeSpan _reportInterval = TimeSpan.FromSeconds(30);

    private readonly FuzzTarget _target;
    private readonly CampaignOptions _options;
    private readonly CurrentInput _current;
    private readonly Coverage _coverage;
    private readonly Mutator _mutator;
    private readonly Pool _pool;
    private readonly HashSet<string> _faults = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private long _inputs;
    private long _lastGrowth;
    private long _mostAllocated;
    private TimeSpan _slowest;

    /// <summary>Prepares it.</summary>
    public Campaign(FuzzTarget target, CampaignOptions options, Coverage coverage, CurrentInput current)
    {
        (_target, _options, _coverage, _current) = (target, options, coverage, current);
        _mutator = new Mutator(options.Seed, target.Words);
        _pool = new Pool(new Random(options.Seed));
    }

    /// <summary>Fuzzes until it is stale or the time is over.</summary>
    /// <returns>How many different defects were found.</returns>
    public int Run()
    {
        var given = _target.Seeds.Concat(Corpus.Read(Corpus.Folder, _target.Name)).ToList();
        if (_options.Keep is { } kept)
        {
            given.AddRange(Corpus.Read(kept, _target.Name));
        }

        foreach (var input in given)
        {
            Try(input);
        }

        var reported = Stopwatch.GetTimestamp();
        while (_inputs - _lastGrowth < _options.UntilStale && Stopwatch.GetElapsedTime(_began) < _options.MostTime)
        {
            Try(_mutator.Mutate(_pool.Pick(), _pool.Pick()));
            if ((_inputs & 255) == 0 && Stopwatch.GetElapsedTime(reported) > _reportInterval)
            {
                reported = Stopwatch.GetTimestamp();
                Report("…");
            }
        }

        Report(_inputs - _lastGrowth >= _options.UntilStale ? "stale" : "time is over");
        if (_options.Keep is { } folder)
        {
            Corpus.Write(folder, _target.Name, _pool.Inputs);
        }

        if (_options.Distil is { } distilled)
        {
            Corpus.WriteSmall(distilled, _target.Name, Fewest());
        }

        return _faults.Count;
    }

    private void Try(byte[] input)
    {
        _current.Set(input);
        _coverage.Clear();
        var execution = Execution.Of(_target, input, Execution.MostTime);
        _inputs++;
        _pool.Offer(input, _coverage.Take(out var hasNew));
        if (hasNew)
        {
            _coverage.Clear();
            Execution.Of(_target, input, Execution.MostTime);
            _lastGrowth = _coverage.Confirm() ? _inputs : _lastGrowth;
        }

        _mostAllocated = Math.Max(_mostAllocated, execution.Allocated);
        _slowest = execution.Time > _slowest && execution.Fault is null ? execution.Time : _slowest;
        if (execution.Fault is { } fault && !_faults.Contains(fault.Kind) && Shows(input, fault))
        {
            _faults.Add(fault.Kind);
            Tell(input, fault);
        }
    }

    /// <summary>Whether it does it again: a busy machine is slow without being at fault.</summary>
    private bool Shows(byte[] input, Fault fault) => Execution.Of(_target, input, Execution.MostTime).Fault?.Kind == fault.Kind;

    private void Tell(byte[] input, Fault fault)
    {
        var small = Minimiser.Shrink(input, candidate =>
        {
            _current.Set(candidate);
            return Shows(candidate, fault);
        });
        Corpus.Add(_options.Findings, _target.Name, small, fault);
        Console.WriteLine($"{_target.Name}: FOUND {fault.Kind}, seed {_options.Seed}, input {_inputs:N0}: {Convert.ToBase64String(small.AsSpan(0, Math.Min(small.Length, 200)))}");
        Console.WriteLine(fault.Details);
    }

    private void Report(string state)
    {
        var seconds = Stopwatch.GetElapsedTime(_began).TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {_target.Name} | {_inputs:N0} | {_coverage.Reached:N0} | {_inputs / seconds:N0} | {_lastGrowth:N0} | {_mostAllocated / 1e6:0.0} MB | {_slowest.TotalMilliseconds:N0} ms | {_faults.Count} | {state} |"));
    }

    /// <summary>Few and small inputs that reach together all that was reached.</summary>
    private IEnumerable<byte[]> Fewest()
    {
        var coverage = new Coverage();
        foreach (var input in _pool.Inputs)
        {
            coverage.Clear();
            Execution.Of(_target, input, Execution.MostTime);
            coverage.Take(out var hasNew);
            if (hasNew)
            {
                yield return input;
            }
        }
    }
}
