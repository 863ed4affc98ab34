using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Numerics;

public sealed class VectorOpsTests
{
    private delegate void Operation(ReadOnlySpan<float> x, ReadOnlySpan<float> y, Span<float> destination);

    private static readonly Dictionary<string, (Operation Run, Func<float, float, float> Exact)> _operations = new()
    {
        ["Add"] = (VectorOps.Add, (x, y) => x + y),
        ["Subtract"] = (VectorOps.Subtract, (x, y) => x - y),
        ["Multiply"] = (VectorOps.Multiply, (x, y) => x * y),
        ["AddScaled"] = ((x, y, d) => VectorOps.AddScaled(x, 0.3f, y, d), (x, y) => MathF.FusedMultiplyAdd(0.3f, y, x)),
        ["AddSigned"] = ((x, y, d) => VectorOps.AddSigned(x, 0.3f, y, d), (x, y) => y > 0 ? x + 0.3f : y < 0 ? x - 0.3f : x),
        ["Scale"] = ((x, _, d) => VectorOps.Scale(x, 0.3f, d), (x, _) => 0.3f * x),
        ["Divide"] = ((x, _, d) => VectorOps.Divide(x, 0.3f, d), (x, _) => x / 0.3f),
    };

    public static TheoryData<string> Names => [.. _operations.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_element_is_one_rounded_operation(string name)
    {
        const ulong Seed = 3;
        var (run, exact) = _operations[name];
        var stream = new RandomStream(Seed, RandomPurpose.Test);
        for (var length = 0; length <= 70; length++)
        {
            var x = new float[length];
            var y = new float[length];
            stream.FillNormal(x, 1f, (ulong)length * 1000);
            stream.FillNormal(y, 100f, (ulong)length * 1000 + 500);
            var expected = x.Zip(y, exact).ToArray();
            var actual = new float[length];
            run(x, y, actual);
            Assert.True(expected.SequenceEqual(actual), $"{name}, length {length}, seed {Seed}");
            run(x, y, x);
            Assert.True(expected.SequenceEqual(x), $"{name} into its first source, length {length}, seed {Seed}");
        }
    }

    [Fact]
    public void Nothing_is_added_with_the_sign_of_zero()
    {
        var sums = new float[5];
        VectorOps.AddSigned([1, 1, 1, 1, 1], 0.5f, [0f, -0f, float.NaN, 1e-40f, -1e-40f], sums);
        Assert.Equal([1, 1, 1, 1.5f, 0.5f], sums);
    }
}
