using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;
using MessagePack;

namespace ActorNet.Cluster.Serialization;

/// <summary>
/// Looks for what a record must have and has not. MessagePack gives a field that came as nil, or did not come, the value null, whatever its type allows; the actor that
/// takes the message would fail on it.
/// </summary>
internal static class RequiredFields
{
    private static readonly ConcurrentDictionary<Type, Field[]> _fields = new();

    /// <summary>The first field that is nil and must not be, with the way to it.</summary>
    /// <param name="record">A record with integer keys.</param>
    /// <returns>Such as <c>Hosts[1].Node.Agent</c>; null when all is there.</returns>
    public static string? FindNil(object record)
    {
        foreach (var (name, declared, property) in _fields.GetOrAdd(record.GetType(), Fields))
        {
            if (FindNil(property.GetValue(record), declared) is { } nil)
            {
                return name + nil;
            }
        }

        return null;
    }

    /// <returns>The way from the value to what is nil: nothing for the value itself.</returns>
    private static string? FindNil(object? value, NullabilityInfo declared)
    {
        if (value is null)
        {
            return declared.ReadState == NullabilityState.NotNull ? "" : null;
        }

        if (Elements(declared) is { Type.IsValueType: false } elements)
        {
            var number = 0;
            foreach (var element in (IEnumerable)value)
            {
                if (FindNil(element, elements) is { } nil)
                {
                    return $"[{number}]{nil}";
                }

                number++;
            }

            return null;
        }

        return value.GetType().IsDefined(typeof(MessagePackObjectAttribute)) && FindNil(value) is { } below ? "." + below : null;
    }

    /// <summary>What is said of the elements of an array or a list; null for anything else.</summary>
    private static NullabilityInfo? Elements(NullabilityInfo declared) =>
        declared.ElementType ?? (declared.GenericTypeArguments is [var only] && declared.Type.IsAssignableTo(typeof(IEnumerable)) ? only : null);

    private static Field[] Fields(Type type)
    {
        // Made anew for each type: it may be used by one thread alone.
        var nullability = new NullabilityInfoContext();
        return
        [
            .. type.GetProperties().Where(property => property.IsDefined(typeof(KeyAttribute)))
                .Select(property => new Field(property.Name, nullability.Create(property), property)),
        ];
    }

    private sealed record Field(string Name, NullabilityInfo Declared, PropertyInfo Property);
}
