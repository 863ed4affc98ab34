using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.Json;
using ActorNet.Cli.Runs;
using ActorNet.Cluster.Hosting;
using ActorNet.Cluster.Monitoring;
using ActorNet.EndToEnd.Tests.Support;

namespace ActorNet.EndToEnd.Tests.Reports;

public sealed class RecordDocumentTests
{
    private static readonly string[] _ofEveryEvent = [nameof(TrainingEvent.Name), nameof(TrainingEvent.Severity), nameof(TrainingEvent.Message)];

    // These are written otherwise than their properties: see RunEventJson.
    private static readonly Type[] _otherwise =
    [
        typeof(TrainingEvent.EpochDone), typeof(TrainingEvent.StatusTaken), typeof(TrainingEvent.StepTraced), typeof(TrainingEvent.Commanded),
        typeof(TrainingEvent.AlertRaised), typeof(TrainingEvent.AlertCleared),
    ];

    private readonly string _text = File.ReadAllText(Path.Combine(Repository.Root, "docs", "record.md"));

    [Fact]
    public void Every_event_and_field_of_a_record_is_in_its_document()
    {
        var events = typeof(TrainingEvent).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(TrainingEvent))).ToList();
        Assert.True(events.Count > 10, "the events were not found");
        var names = events.Select(type => ((TrainingEvent)RuntimeHelpers.GetUninitializedObject(type)).Name);
        Type[] parts = [typeof(EpochSummary), typeof(RunStatus), typeof(NodeStatus), typeof(CheckpointStatus), typeof(StepSpan), typeof(Alert), typeof(RunResult), typeof(LedgerResult), typeof(WorkerContribution)];
        var fields = events.Except(_otherwise).Concat(parts).SelectMany(Fields);
        Assert.All(names.Concat(fields).Distinct(), name => Assert.Contains($"`{name}`", _text, StringComparison.Ordinal));
    }

    private static IEnumerable<string> Fields(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => property.Name)
        .Except(type.IsSubclassOf(typeof(TrainingEvent)) ? _ofEveryEvent : [])
        .Select(JsonNamingPolicy.CamelCase.ConvertName);
}
