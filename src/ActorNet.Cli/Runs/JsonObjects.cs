using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace ActorNet.Cli.Runs;

/// <summary>
/// JSON objects that come from elsewhere. <see cref="JsonNode"/> looks at the names in an object only when somebody asks for one, and then throws what nobody expects
/// there: so what is wrong with them is found at once.
/// </summary>
internal static class JsonObjects
{
    private static readonly JsonDocumentOptions _strict = new() { AllowDuplicateProperties = false };

    /// <summary>Reads one.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The object; null where the text is none, or names a property twice.</returns>
    public static JsonObject? Parse(string text) => Parse(Encoding.UTF8.GetBytes(text));

    /// <inheritdoc cref="Parse(string)"/>
    public static JsonObject? Parse(ReadOnlySpan<byte> text)
    {
        try
        {
            if (!Utf8.IsValid(text) || JsonNode.Parse(text, documentOptions: _strict) is not JsonObject json)
            {
                return null;
            }

            Touch(json);
            return json;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The latter for a name that is no text: half of a surrogate pair.
            return null;
        }
    }

    /// <summary>Has all names and texts read.</summary>
    private static void Touch(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            foreach (var (_, value) in json)
            {
                Touch(value);
            }
        }
        else if (node is JsonArray array)
        {
            foreach (var element in array)
            {
                Touch(element);
            }
        }
        else if (node?.GetValueKind() == JsonValueKind.String)
        {
            node.GetValue<string>();
        }
    }
}
