using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.InteropServices;
using ActorNet.Cluster.Hosting;

namespace ActorNet.Cluster.Tests;

/// <summary>
/// Cluster moves tensors and decides when; Core computes. The rule, read off the compiled code: no method of Cluster loads or stores a float that lies in
/// memory (an element of an array or a span, or one behind a reference), nor calls what computes on whole ranges of floats. So no element of a tensor can
/// come into its arithmetic. Floats in fields and variables, such as a learning rate, and doubles, such as a cost, are no tensors and pass.
/// </summary>
public sealed class NoArithmeticTests
{
    private static readonly Dictionary<int, OpCode> _opCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value & 0xFFFF);

    [Fact]
    public void Cluster_touches_no_element_of_a_tensor() =>
        Assert.Empty(typeof(ClusterTrainer).Assembly.GetTypes().SelectMany(Offences).Order(StringComparer.Ordinal));

    /// <summary>The scan sees each way to compute on a tensor: every method of this class is one.</summary>
    [Fact]
    public void The_scan_finds_each_offence()
    {
        var offenders = typeof(Offender).GetMethods(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);
        Assert.Equal(9, offenders.Length);
        Assert.All(offenders, method => Assert.NotEmpty(Offences(method)));
    }

    [Fact]
    public void The_scan_lets_moves_and_single_numbers_pass() => Assert.Empty(Offences(typeof(Innocent)));

    private static IEnumerable<string> Offences(Type type) => type
        .GetMembers(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
        .OfType<MethodBase>()
        .SelectMany(Offences);

    private static IEnumerable<string> Offences(MethodBase method)
    {
        if (method.GetMethodBody()?.GetILAsByteArray() is not { } code)
        {
            yield break;
        }

        for (var at = 0; at < code.Length;)
        {
            var opCode = _opCodes[code[at] == 0xFE ? 0xFE00 | code[at + 1] : code[at]];
            at += opCode.Size;
            if (Offence(opCode, method, code, at) is { } offence)
            {
                yield return $"{method.DeclaringType}.{method.Name}: {offence}";
            }

            at += opCode.OperandType == OperandType.InlineSwitch ? 4 + 4 * BitConverter.ToInt32(code, at) : Size(opCode.OperandType);
        }
    }

    private static string? Offence(OpCode opCode, MethodBase method, byte[] code, int operand)
    {
        if (opCode == OpCodes.Ldelem_R4 || opCode == OpCodes.Stelem_R4 || opCode == OpCodes.Ldind_R4 || opCode == OpCodes.Stind_R4)
        {
            return opCode.Name;
        }

        var typeArguments = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : [];
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : [];
        if (opCode == OpCodes.Ldelem || opCode == OpCodes.Stelem || opCode == OpCodes.Ldelema || opCode == OpCodes.Ldobj || opCode == OpCodes.Stobj)
        {
            var type = method.Module.ResolveType(BitConverter.ToInt32(code, operand), typeArguments, methodArguments);
            return type == typeof(float) ? $"{opCode.Name} of float" : null;
        }

        return opCode.OperandType == OperandType.InlineMethod
            && method.Module.ResolveMethod(BitConverter.ToInt32(code, operand), typeArguments, methodArguments) is { } called && Computes(called)
            ? $"calls {called.DeclaringType}.{called.Name}"
            : null;
    }

    /// <summary>Whether a method computes on floats in memory: the runtime's vectors, LINQ over floats, and generic reads of one.</summary>
    private static bool Computes(MethodBase method)
    {
        var type = method.DeclaringType!;
        return (type.Namespace ?? "").StartsWith("System.Numerics", StringComparison.Ordinal)
            || (type.Namespace ?? "").StartsWith("System.Runtime.Intrinsics", StringComparison.Ordinal)
            || (type == typeof(Enumerable) && method.GetParameters().Select(parameter => parameter.ParameterType).Any(IsOverFloats))
            || (method is MethodInfo { IsGenericMethod: true } generic && generic.ReturnType == typeof(float));
    }

    private static bool IsOverFloats(Type type) =>
        type.IsGenericType && type.GetGenericArguments().Any(argument => argument == typeof(float) || argument == typeof(float?));

    private static int Size(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        _ => 4,
    };

    /// <summary>Methods that compute on tensors, each in another way.</summary>
    private static class Offender
    {
        internal static void AddsArrays(float[] x, float[] y) => x[0] += y[0];

        internal static float ReadsASpan(ReadOnlySpan<float> x) => x[3] * 2;

        internal static void WritesASpan(Span<float> x) => x[3] = 2;

        internal static float Loops(ReadOnlySpan<float> x)
        {
            var sum = 0f;
            foreach (var value in x)
            {
                sum += value;
            }

            return sum;
        }

        internal static unsafe float ReadsAPointer(float* x) => x[1];

        internal static float Sums(float[] x) => x.Sum();

        internal static IEnumerable<float> Selects(float[] x) => x.Select(value => value);

        internal static float ReadsBytes(byte[] x) => MemoryMarshal.Read<float>(x);

        internal static System.Numerics.Vector<float> AddsVectors(float[] x) => new System.Numerics.Vector<float>(x) + System.Numerics.Vector<float>.One;
    }

    /// <summary>What Cluster may do.</summary>
    private static class Innocent
    {
        internal static void Copies(ReadOnlySpan<float> x, Span<float> y) => x[1..].CopyTo(y);

        internal static double Adds(double cost, float rate, int[] counts) => cost + (2 * MathF.Abs(rate)) + counts[0] + counts.Sum();
    }
}
