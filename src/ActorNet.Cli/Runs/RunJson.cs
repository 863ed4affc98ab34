using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ActorNet.Cli.Runs;

/// <summary>How the program's own JSON is written.</summary>
internal static class RunJson
{
    /// <summary>For files and output that people read.</summary>
    public static readonly JsonSerializerOptions Indented = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    /// <summary>For one object on a line.</summary>
    public static readonly JsonSerializerOptions Line = new(Indented) { WriteIndented = false };

    /// <summary>A number that JSON can hold: null for NaN and infinity.</summary>
    public static double? Number(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
