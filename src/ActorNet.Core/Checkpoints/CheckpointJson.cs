using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorNet.Core.Checkpoints;

/// <summary>How checkpoints write JSON: camel case, indented, NaN and infinities kept; readers take no missing or null field.</summary>
internal static class CheckpointJson
{
    internal static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };
}
