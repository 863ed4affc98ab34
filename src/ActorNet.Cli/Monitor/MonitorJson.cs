using System.Text.Json;
using ActorNet.Cli.Runs;

namespace ActorNet.Cli.Monitor;

/// <summary>What is known of a run as one JSON object: what <c>monitor --json</c> prints. Fields are only ever added.</summary>
internal static class MonitorJson
{
    /// <summary>The object.</summary>
    public static string Of(MonitorModel model) => JsonSerializer.Serialize(
        new { schema = 1, source = model.Link.Where, job = model.Status, members = model.Members, history = model.History }, RunJson.Indented);
}
