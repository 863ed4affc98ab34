using System.Text.Json;

namespace ActorNet.Fuzzing.Targets;

/// <summary>The words of a JSON document that a type is read from: mutations of bytes would never find them.</summary>
internal static class JsonWords
{
    /// <summary>The names of the types' properties, and of those of their properties' types, with the names that enumerations have.</summary>
    public static IReadOnlyList<string> Of(params IEnumerable<Type> types)
    {
        var words = new HashSet<string>();
        var seen = new HashSet<Type>();
        foreach (var type in types)
        {
            Collect(type, words, seen);
        }

        return [.. words];
    }

    /// <summary>The product's types that the types are made of, and they themselves.</summary>
    public static IReadOnlySet<Type> TypesIn(params IEnumerable<Type> types)
    {
        var seen = new HashSet<Type>();
        foreach (var type in types)
        {
            Collect(type, [], seen);
        }

        return seen;
    }

    private static void Collect(Type type, HashSet<string> words, HashSet<Type> seen)
    {
        var isOurs = type.Namespace?.StartsWith(nameof(ActorNet), StringComparison.Ordinal) == true;
        if (type.IsEnum && isOurs)
        {
            words.UnionWith(Enum.GetNames(type).Select(name => $"\"{JsonNamingPolicy.KebabCaseLower.ConvertName(name)}\""));
        }

        foreach (var part in type.IsArray ? [type.GetElementType()!] : type.GetGenericArguments())
        {
            Collect(part, words, seen);
        }

        if (!isOurs || type.IsEnum || !seen.Add(type))
        {
            return;
        }

        foreach (var property in type.GetProperties().Where(property => property.GetIndexParameters().Length == 0))
        {
            words.Add($"\"{JsonNamingPolicy.CamelCase.ConvertName(property.Name)}\":");
            Collect(property.PropertyType, words, seen);
        }
    }
}
