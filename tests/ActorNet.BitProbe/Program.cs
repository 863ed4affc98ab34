using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using ActorNet.BitProbe;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

// Prints the SHA-256 of what each numeric function and each small training run computes. Tests run this program under vector widths that the runtime is told to
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
foreach (var activation in new[] { "sigmoid", "tanh", "relu", "softmax" })
{
    Print($"backward-{activation}", Backward(Activation.Find(activation)));
    Print($"quadratic-{activation}", OutputDelta(Cost.Find("quadratic"), Activation.Find(activation)));
}
foreach (var activation in new[] { "sigmoid", "softmax" })
{
    Print($"cross-entropy-{activation}", OutputDelta(Cost.Find("cross-entropy"), Activation.Find(activation)));
}
foreach (var initialiser in Initialiser.Names)
{
    Print($"initial-{initialiser}", Initial(Initialiser.Find(initialiser)));
}
Products.Compute(x, Print);
foreach (var (name, job) in TinyTraining.Jobs)
{
    Console.WriteLine($"training-{name} {TinyTraining.Run(job)}");
}

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

float[] Backward(Activation activation)
{
    var outputs = new float[Length];
    var gradient = (float[])wide.Clone();
    activation.Forward(x, outputs, Length);
    activation.Backward(x, outputs, gradient, Length);
    return gradient;
}

// The gradient, and the costs of rows of 101 elements.
float[] OutputDelta(Cost cost, Activation activation)
{
    const int Width = 101, Rows = 99;
    var outputs = new float[Rows * Width];
    var targets = new float[Rows * Width];
    var delta = new float[Rows * Width];
    activation.Forward(x.AsSpan(0, outputs.Length), outputs, Width);
    VectorMath.SoftmaxRows(wide.AsSpan(0, targets.Length), targets, Width);
    cost.OutputDelta(activation, x.AsSpan(0, outputs.Length), outputs, targets, delta, Width);
    var gradient = new float[Rows * Width];
    cost.Gradient(activation, outputs, targets, gradient);
    var costs = new double[Rows];
    for (var row = 0; row < Rows; row++)
    {
        costs[row] = cost.Value(activation, outputs.AsSpan(row * Width, Width), targets.AsSpan(row * Width, Width));
    }
    return [.. delta, .. gradient, .. MemoryMarshal.Cast<double, float>(costs)];
}

static float[] Initial(Initialiser initialiser)
{
    var parameters = new float[31 * 10];
    initialiser.Fill(parameters.AsSpan(0, 300), parameters.AsSpan(300), 30, 10, new RandomStream(1, RandomPurpose.Initialisation));
    return parameters;
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
