using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using ActorNet.Core.Numerics;

// Prints the SHA-256 of what each numeric function computes. Tests run this program under vector widths that the runtime is told to
// use, and compare: the first line says which width that is, all others must never change.
var width = Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
Console.WriteLine($"width {width}");

const int Length = 10_007;
var stream = new RandomStream(1, RandomPurpose.Test);
var x = new float[Length];
var wide = new float[Length];
stream.FillNormal(x, 3f);
stream.FillNormal(wide, 60f, firstElement: Length);

Print("normal", x);
Print("exp", Map(VectorMath.Exp, wide));
Print("log", Map(VectorMath.Log, Map(VectorMath.Exp, wide)));
Print("sigmoid", Map(VectorMath.Sigmoid, wide));
Print("tanh", Map(VectorMath.Tanh, x));
Print("softmax-10", Map((from, to) => VectorMath.SoftmaxRows(from, to, 10), x.AsSpan(0, 10_000)));
Print("softmax-71", Map((from, to) => VectorMath.SoftmaxRows(from, to, 71), x.AsSpan(0, 71 * 140)));
Print("vector-ops", Arithmetic());

float[] Arithmetic()
{
    var result = new float[Length];
    VectorOps.Add(x, wide, result);
    VectorOps.Multiply(result, x, result);
    VectorOps.AddScaled(result, 0.1f, wide, result);
    VectorOps.Subtract(result, x, result);
    VectorOps.Scale(result, 0.7f, result);
    VectorOps.Divide(result, 0.3f, result);
    return result;
}

static float[] Map(SpanFunction function, ReadOnlySpan<float> source)
{
    var result = new float[source.Length];
    function(source, result);
    return result;
}

static void Print(string name, ReadOnlySpan<float> values) =>
    Console.WriteLine($"{name} {Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(values)))}");

internal delegate void SpanFunction(ReadOnlySpan<float> source, Span<float> destination);
