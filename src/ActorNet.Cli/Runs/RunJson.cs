using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

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
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower), new FiniteNumber() },
    };

    /// <summary>For one object on a line.</summary>
    public static readonly JsonSerializerOptions Line = new(Indented) { WriteIndented = false };

    /// <summary>For what comes from elsewhere: nothing is null that must not be. A number that an older version did not write is 0.</summary>
    public static readonly JsonSerializerOptions Foreign = new(Line)
    {
        RespectNullableAnnotations = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireObjects, RequireElements } },
    };

    /// <summary>A number that JSON can hold: null for NaN and infinity.</summary>
    public static double? Number(double? value) => value is { } number && double.IsFinite(number) ? number : null;

    private static void RequireObjects(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => !property.PropertyType.IsValueType && property.AssociatedParameter is { IsNullable: false, HasDefaultValue: false }))
        {
            property.IsRequired = true;
        }
    }

    private static void RequireElements(JsonTypeInfo type)
    {
        if (type.Kind == JsonTypeInfoKind.Enumerable && type.ElementType is { IsValueType: false })
        {
            type.OnDeserialized = list => RequireNoNull((IEnumerable)list);
        }
    }

    private static void RequireNoNull(IEnumerable list)
    {
        if (list.Cast<object?>().Contains(null))
        {
            throw new JsonException("an element of a list is null.");
        }
    }

    /// <summary>JSON has no NaN and no infinity: null stands for them, and a run whose cost is one can still be read.</summary>
    private sealed class FiniteNumber : JsonConverter<double>
    {
        public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

        public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
        {
            if (double.IsFinite(value))
            {
                writer.WriteNumberValue(value);
            }
            else
            {
                writer.WriteNullValue();
            }
        }
    }
}
