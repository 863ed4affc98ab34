using System.Globalization;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Monitoring;

/// <summary>
/// Remembers the first thing that went wrong and has not been got over: when a run fails, what is said last is often only a consequence. A failure is got over
/// when a step is completed after it.
/// </summary>
internal sealed class FailureTrail
{
    private (DateTime Time, string Message)? _first;
    private long _versionAtFirst;
    private long _version;

    /// <summary>Takes something that happened.</summary>
    public void See(TrainingEvent happened, DateTime now)
    {
        switch (happened)
        {
            case TrainingEvent.Progressed { Version: var version }:
                _version = version;

                // The step that was open when it happened says nothing yet: the one after it does.
                if (version > _versionAtFirst + 1)
                {
                    _first = null;
                }

                break;
            case TrainingEvent.WentBack { Version: var version }:
                (_version, _versionAtFirst) = (version, version);
                break;
            case { Severity: > Severity.Info, Message: { } message } when happened is not (TrainingEvent.AlertRaised or TrainingEvent.PeerRefused) && _first is null:
                (_first, _versionAtFirst) = ((now, message), _version);
                break;
        }
    }

    /// <summary>What a run says that fails: why, and what went wrong first.</summary>
    /// <param name="failure">Why it fails.</param>
    public string Explain(string failure) => _first is not { } first || failure.Contains(first.Message, StringComparison.Ordinal)
        ? failure
        : string.Create(CultureInfo.InvariantCulture, $"{failure} Root cause (the first failure seen): at {first.Time:yyyy-MM-dd HH:mm:ss}Z {first.Message}.");
}
