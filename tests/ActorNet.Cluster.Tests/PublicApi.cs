using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace ActorNet.Cluster.Tests;

/// <summary>
/// What a user of an assembly can call or override, as sorted text: each member on one line that starts with its type, so that a line says all. What the
/// compiler makes for a record is left out.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The surface of an assembly.</summary>
    public static string Describe(Assembly assembly) => string.Concat(
        assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal).SelectMany(Describe).Select(line => line + "\n"));

    private static IEnumerable<string> Describe(Type type)
    {
        var name = NameOf(type);
        yield return $"{Kind(type)} {type.Namespace}.{name}{Bases(type)}";
        if (typeof(Delegate).IsAssignableFrom(type))
        {
            yield return $"    {name}{Parameters(type.GetMethod("Invoke")!)}: {NameOf(type.GetMethod("Invoke")!.ReturnType)}";
            yield break;
        }

        foreach (var member in type.GetMembers(Declared).Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
        {
            yield return $"    {name}.{member}";
        }
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        _ when member.IsDefined(typeof(CompilerGeneratedAttribute)) || member.Name == "EqualityContract" => null,
        FieldInfo field when IsSeen(field.Attributes) && !field.IsSpecialName =>
            $"{field.Name}: {NameOf(field.FieldType)}{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")}",
        PropertyInfo property when property.GetMethod is { } get && IsSeen(get) =>
            $"{property.Name}{(get.GetParameters().Length > 0 ? Parameters(get) : "")}: {NameOf(property.PropertyType)} {{ get;{Setter(property)} }}{Modifiers(get)}",
        ConstructorInfo constructor when IsSeen(constructor) && !constructor.IsStatic => $"new{Parameters(constructor)}",
        MethodInfo { IsSpecialName: false } method when IsSeen(method) => Describe(method),
        MethodInfo method when method.Name.StartsWith("op_", StringComparison.Ordinal) => Describe(method),
        _ => null,
    };

    private static string Describe(MethodInfo method)
    {
        var generic = method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>" : "";
        return $"{method.Name}{generic}{Parameters(method)}: {NameOf(method.ReturnType)}{Modifiers(method)}";
    }

    private static string Kind(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        _ when typeof(Delegate).IsAssignableFrom(type) => "delegate",
        { IsValueType: true } => type.IsByRefLike ? "ref struct" : "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsAbstract: true } => "abstract class",
        _ => type.IsSealed ? "sealed class" : "class",
    };

    private static string Bases(Type type) =>
        type.IsClass && type.BaseType is { } parent && parent != typeof(object) && parent != typeof(MulticastDelegate) ? $": {NameOf(parent)}" : "";

    private static string Parameters(MethodBase method) => $"({string.Join(", ", method.GetParameters().Select(Parameter))})";

    private static string Parameter(ParameterInfo parameter)
    {
        var modifier = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.IsDefined(typeof(ParamCollectionAttribute)) ? "params " : "";
        var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
        return $"{modifier}{NameOf(type)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {Default(parameter, type)}" : "")}";
    }

    private static string Modifiers(MethodBase method)
    {
        var isOverride = method is MethodInfo info && info.GetBaseDefinition() != info;
        var dispatch = isOverride ? " override" : method.IsAbstract ? " abstract" : method is { IsVirtual: true, IsFinal: false } ? " virtual" : "";
        return $"{(method.IsStatic ? " static" : "")}{(method.IsFamily ? " protected" : "")}{dispatch}";
    }

    private static string Setter(PropertyInfo property) => property.SetMethod switch
    {
        null => "",
        var set when !IsSeen(set) => "",
        var set when set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(IsExternalInit)) =>
            property.IsDefined(typeof(RequiredMemberAttribute)) ? " required init;" : " init;",
        _ => " set;",
    };

    private static bool IsSeen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsSeen(FieldAttributes attributes) => (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family;

    private static string Default(ParameterInfo parameter, Type type) =>
        parameter.DefaultValue is null && type.IsValueType ? "default" : Literal(parameter.DefaultValue);

    private static string Literal(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string NameOf(Type type)
    {
        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        if (type.IsArray)
        {
            return $"{NameOf(type.GetElementType()!)}[]";
        }

        if (Nullable.GetUnderlyingType(type) is { } value)
        {
            return $"{NameOf(value)}?";
        }

        var name = type.IsNested ? $"{NameOf(type.DeclaringType!)}.{type.Name}" : type.Name;
        var generic = name.IndexOf('`', StringComparison.Ordinal);
        return generic < 0 ? name : $"{name[..generic]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>";
    }
}
