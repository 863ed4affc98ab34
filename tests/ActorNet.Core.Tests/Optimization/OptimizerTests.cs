using System.Runtime.InteropServices;
using System.Security.Cryptography;

using ActorNet.Core.Optimization;

namespace ActorNet.Core.Tests.Optimization;

public sealed class OptimizerTests
{
    private const float Scale = 1f / 30;

    private static readonly string[] _names = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam", "adamw"];

    public static TheoryData<string> Names => new(_names);

    [Theory]
    [MemberData(nameof(Names))]
    public void Follows_the_textbook_formula_in_double(string name)
    {
        const int Count = 37, Steps = 50;
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var vectors = Vectors.For(name, Count, seed: 7);
        var w = Array.ConvertAll(vectors.Weights, x => (double)x);
        var s0 = Array.ConvertAll(vectors.State0, x => (double)x);
        var s1 = Array.ConvertAll(vectors.State1, x => (double)x);

        for (var step = 1; step <= Steps; step++)
        {
            var rate = 0.05f / step;
            var gradient = Vectors.Random(Count, seed: 100 + step).Gradient;
            optimizer.Step(new(step, rate), vectors.Weights, gradient, vectors.State0, vectors.State1, vectors.Weights);
            for (var i = 0; i < Count; i++)
            {
                w[i] = Reference(name, step, rate, w[i], gradient[i], ref s0[i], ref s1[i]);
            }
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.True(Math.Abs(vectors.Weights[i] - w[i]) < 2e-6, $"{name}, element {i}: {vectors.Weights[i]:R}, in double {w[i]:R}");
        }
    }

    /// <summary>
    /// Five steps of PyTorch 1.13, each with the gradient w/2 + (k − 2)/8 of its own weights. To compute them again:
    /// <c>w = torch.tensor([0.5, -1.25, 2.0, -0.03125], requires_grad=True); o = torch.optim.Adagrad([w], lr=0.1, eps=1e-8)</c> (or
    /// <c>RMSprop([w], lr=0.1, alpha=0.99, eps=1e-8)</c>, <c>AdamW([w], lr=0.1, weight_decay=0.01)</c>), then
    /// <c>for k in range(5): w.grad = (w.detach() * 0.5 + (k - 2) * 0.125).clone(); o.step()</c>.
    /// </summary>
    [Theory]
    [InlineData("adagrad", null, 0.16760619f, -0.994235337f, 1.65225291f, -0.0299176611f)]
    [InlineData("rmsprop", null, -0.522686005f, -0.332271814f, -0.28395614f, -0.5117746f)]
    [InlineData("adamw", null, 0.158731639f, -0.773608387f, 1.48885071f, 0.15838173f)]
    [InlineData("adamw", 0.3, 0.104097441f, -0.636736393f, 1.24482107f, 0.142506152f)]
    public void Steps_as_PyTorch_does(string name, double? weightDecay, params float[] expected)
    {
        var optimizer = new OptimizerSpec { Name = name, WeightDecay = weightDecay }.Create();
        float[] w = [0.5f, -1.25f, 2f, -0.03125f], state0 = new float[4], state1 = new float[4];
        for (var k = 0; k < 5; k++)
        {
            float[] gradient = [.. w.Select(x => (x * 0.5f) + ((k - 2) * 0.125f))];
            optimizer.Step(new(k + 1, 0.1f), w, gradient, state0, state1, w);
        }

        Assert.All(w.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 5e-7f));
    }

    [Fact]
    public void What_does_not_decay_has_the_bits_of_adam()
    {
        var (adam, adamW) = (Stepped("adam"), Stepped("adamw"));
        Assert.Equal(adam.Weights, adamW.Weights);
        Assert.Equal(adam.State1, adamW.State1);

        static Vectors Stepped(string name)
        {
            var vectors = Vectors.Random(100, seed: 6);
            new OptimizerSpec { Name = name, WeightDecay = 0.5 }.Create().Step(
                new(3, 0.1f, Decays: false), vectors.Weights, vectors.Gradient, vectors.State0, vectors.State1, vectors.Weights);
            return vectors;
        }
    }

    /// <summary>
    /// The bits of 1,000 elements after three updates, as every processor must find them. A changed value here means that the stated
    /// sequence of operations has changed, and with it the result of every job.
    /// </summary>
    [Theory]
    [InlineData("sgd", "0bbf26d2ba9c7827")]
    [InlineData("momentum", "b1efe6baf988d961")]
    [InlineData("nesterov", "983176109758f94d")]
    [InlineData("adagrad", "1a0254ed444d66f0")]
    [InlineData("rmsprop", "01c0689e19df37c8")]
    [InlineData("adam", "bdd3cb944b242478")]
    [InlineData("adamw", "d22e59d5930298ac")]
    public void Gives_the_pinned_bits(string name, string expected)
    {
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var vectors = Vectors.For(name, 1000, seed: 1);
        for (var step = 1; step <= 3; step++)
        {
            optimizer.Step(new(step, 0.1f), vectors.Weights, vectors.Gradient, vectors.State0, vectors.State1, vectors.Weights);
        }

        Assert.Equal(expected, Hash(vectors.Weights));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_same_bits_at_every_width(string name)
    {
        foreach (var count in new[] { 0, 1, 3, 4, 15, 16, 17, 1000 })
        {
            var expected = Stepped(name, 32, count);
            foreach (var width in new[] { 128, 256, 512 })
            {
                Assert.Equal(expected, Stepped(name, width, count));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Gives_the_same_bits_however_the_vector_is_cut(string name)
    {
        const int Count = 203;
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var whole = Vectors.For(name, Count, seed: 3);
        optimizer.Step(new(5, 0.3f), whole.Weights, whole.Gradient, whole.State0, whole.State1, whole.Weights);

        var random = new Random(11);
        for (var round = 0; round < 20; round++)
        {
            var cut = random.Next(Count + 1);
            var parts = Vectors.For(name, Count, seed: 3);
            foreach (var range in new[] { ..cut, cut.. })
            {
                optimizer.Step(
                    new(5, 0.3f),
                    parts.Weights.AsSpan(range),
                    parts.Gradient.AsSpan(range),
                    parts.State0.AsSpan(range),
                    parts.State1.AsSpan(range),
                    parts.Weights.AsSpan(range));
            }

            Assert.True(Hash(whole.Weights) == Hash(parts.Weights), $"{name}: cut at {cut} (seed 11, round {round}) changed the weights");
            Assert.True(Hash(whole.State0) == Hash(parts.State0), $"{name}: cut at {cut} (seed 11, round {round}) changed state 0");
            Assert.True(Hash(whole.State1) == Hash(parts.State1), $"{name}: cut at {cut} (seed 11, round {round}) changed state 1");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Writes_a_second_buffer_as_it_writes_the_weights_themselves(string name)
    {
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var apart = Vectors.For(name, 50, seed: 2);
        var inPlace = Vectors.For(name, 50, seed: 2);
        var before = Hash(apart.Weights);
        var next = new float[50];

        optimizer.Step(new(1, 0.1f), apart.Weights, apart.Gradient, apart.State0, apart.State1, next);
        optimizer.Step(new(1, 0.1f), inPlace.Weights, inPlace.Gradient, inPlace.State0, inPlace.State1, inPlace.Weights);

        Assert.Equal(next, inPlace.Weights);
        Assert.Equal(before, Hash(apart.Weights));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Scales_a_gradient_as_a_pass_of_its_own_would(string name)
    {
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var once = Vectors.For(name, 50, seed: 5);
        var twice = Vectors.For(name, 50, seed: 5);
        var mean = Array.ConvertAll(twice.Gradient, element => element * Scale);

        optimizer.Step(new(3, 0.1f, GradientScale: Scale), once.Weights, once.Gradient, once.State0, once.State1, once.Weights);
        optimizer.Step(new(3, 0.1f), twice.Weights, mean, twice.State0, twice.State1, twice.Weights);

        Assert.Equal(twice.Weights, once.Weights);
        Assert.Equal(twice.State0, once.State0);
        Assert.Equal(twice.State1, once.State1);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Touches_only_the_state_that_it_keeps(string name)
    {
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var vectors = Vectors.For(name, 40, seed: 4);
        var (state0, state1) = (Hash(vectors.State0), Hash(vectors.State1));

        optimizer.Step(new(1, 0.1f), vectors.Weights, vectors.Gradient, vectors.State0, vectors.State1, vectors.Weights);

        Assert.Equal(optimizer.StateCount < 1, state0 == Hash(vectors.State0));
        Assert.Equal(optimizer.StateCount < 2, state1 == Hash(vectors.State1));
        optimizer.Step(
            new(2, 0.1f),
            vectors.Weights,
            vectors.Gradient,
            optimizer.StateCount > 0 ? vectors.State0 : [],
            optimizer.StateCount > 1 ? vectors.State1 : [],
            vectors.Weights);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_the_bottom_of_a_quadratic_bowl(string name)
    {
        // f(w) = 1/2 Σ c_i (w_i − b_i)² with curvatures from 0.5 to 2.
        var optimizer = new OptimizerSpec { Name = name, WeightDecay = 0 }.Create();
        var w = new float[20];
        var gradient = new float[20];
        var state0 = new float[20];
        var state1 = new float[20];
        for (var step = 1; step <= 1500; step++)
        {
            for (var i = 0; i < 20; i++)
            {
                gradient[i] = Curvature(i) * (w[i] - Bottom(i));
            }

            var rate = name switch
            {
                "adam" or "adamw" => 0.02f,
                "adagrad" => 0.5f,
                // Its steps stay as long as the rate, however flat the bowl.
                "rmsprop" => 0.02f * (1501 - step) / 1500,
                _ => 0.05f,
            };
            optimizer.Step(new(step, rate), w, gradient, state0, state1, w);
        }

        for (var i = 0; i < 20; i++)
        {
            Assert.True(Math.Abs(w[i] - Bottom(i)) < 1e-3, $"{name}: element {i} is {w[i]}, the bottom lies at {Bottom(i)}");
        }

        static float Curvature(int i) => 0.5f + (1.5f * i / 19);
        static float Bottom(int i) => (i - 10) / 5f;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Allocates_nothing(string name)
    {
        var optimizer = new OptimizerSpec { Name = name }.Create();
        var vectors = Vectors.For(name, 64, seed: 5);
        Step(1);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var step = 2; step < 100; step++)
        {
            Step(step);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step(int step) =>
            optimizer.Step(new(step, 0.1f), vectors.Weights, vectors.Gradient, vectors.State0, vectors.State1, vectors.Weights);
    }

    [Fact]
    public void Refuses_vectors_of_different_lengths()
    {
        var sgd = new Sgd();
        var momentum = new Momentum(0.9);
        float[] five = new float[5], four = new float[4];

        Assert.Throws<ArgumentException>(() => sgd.Step(new(1, 1), five, four, [], [], five));
        Assert.Throws<ArgumentException>(() => sgd.Step(new(1, 1), five, five, [], [], four));
        Assert.Throws<ArgumentException>(() => momentum.Step(new(1, 1), five, five, four, [], five));
        Assert.Throws<ArgumentOutOfRangeException>(() => new Adam().Step(new(0, 1), five, five, new float[5], new float[5], five));
    }

    [Theory]
    [InlineData("momentum", double.NaN)]
    [InlineData("momentum", 1.0)]
    [InlineData("momentum", -0.1)]
    [InlineData("beta1", 1.5)]
    [InlineData("beta2", 0.9999999999)]
    [InlineData("alpha", 1.0)]
    [InlineData("weightDecay", -1.0)]
    [InlineData("weightDecay", double.NaN)]
    [InlineData("epsilon", 0.0)]
    [InlineData("epsilon", double.PositiveInfinity)]
    public void Refuses_a_coefficient_by_its_key(string key, double value)
    {
        var spec = key switch
        {
            "momentum" => new OptimizerSpec { Name = "nesterov", Momentum = value },
            "beta1" => new OptimizerSpec { Name = "adam", Beta1 = value },
            "beta2" => new OptimizerSpec { Name = "adam", Beta2 = value },
            "alpha" => new OptimizerSpec { Name = "rmsprop", Alpha = value },
            "weightDecay" => new OptimizerSpec { Name = "adamw", WeightDecay = value },
            _ => new OptimizerSpec { Name = "adam", Epsilon = value },
        };

        var error = Assert.Throws<ActorNetException>(spec.Create);

        Assert.StartsWith(key + " is ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Refuses_an_unknown_name_with_the_known_ones()
    {
        var error = Assert.Throws<ActorNetException>(() => new OptimizerSpec { Name = "adamax" }.Create());

        Assert.Contains("'adamax'", error.Message, StringComparison.Ordinal);
        Assert.All(_names, name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    private static double Reference(string name, int step, double rate, double w, double g, ref double s0, ref double s1)
    {
        switch (name)
        {
            case "sgd":
                return w - (rate * g);
            case "momentum":
                s0 = (0.9 * s0) + g;
                return w - (rate * s0);
            case "nesterov":
                s0 = (0.9 * s0) + g;
                return w - (rate * (g + (0.9 * s0)));
            case "adagrad":
                s0 += g * g;
                return w - (rate * g / (Math.Sqrt(s0) + 1e-8));
            case "rmsprop":
                s0 = (0.99 * s0) + (0.01 * g * g);
                return w - (rate * g / (Math.Sqrt(s0) + 1e-8));
            default:
                w *= name == "adamw" ? 1 - (rate * 0.01) : 1;
                s0 = (0.9 * s0) + (0.1 * g);
                s1 = (0.999 * s1) + (0.001 * g * g);
                var mean = s0 / (1 - Math.Pow(0.9, step));
                var variance = s1 / (1 - Math.Pow(0.999, step));
                return w - (rate * mean / (Math.Sqrt(variance) + 1e-8));
        }
    }

    private static string Stepped(string name, int width, int count)
    {
        var v = Vectors.For(name, count, seed: 9);
        var update = new UpdateContext(4, 0.1f);
        switch (name)
        {
            case "sgd":
                UpdateKernel.Run(width, new Sgd.Rule(-0.1f), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            case "momentum":
                UpdateKernel.Run(width, new Momentum.Rule(0.9f, -0.1f), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            case "nesterov":
                UpdateKernel.Run(width, new Nesterov.Rule(0.9f, -0.1f), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            case "adagrad":
                UpdateKernel.Run(width, new AdaGrad().RuleOf(update), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            case "rmsprop":
                UpdateKernel.Run(width, new RmsProp().RuleOf(update), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            case "adamw":
                UpdateKernel.Run(width, new AdamW().RuleOf(update), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
            default:
                UpdateKernel.Run(width, new Adam().RuleOf(update), Scale, v.Weights, v.Gradient, v.State0, v.State1, v.Weights);
                break;
        }

        return Hash(v.Weights) + Hash(v.State0) + Hash(v.State1);
    }

    private static string Hash(float[] values) => Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes<float>(values)))[..16];

    private sealed record Vectors(float[] Weights, float[] Gradient, float[] State0, float[] State1)
    {
        /// <summary>Values over several powers of two, states as the optimizer leaves them: sums of squares are positive.</summary>
        public static Vectors For(string name, int count, int seed) =>
            Random(count, seed) is var drawn && name is "adagrad" or "rmsprop" ? drawn with { State0 = drawn.State1, State1 = drawn.State0 } : drawn;

        public static Vectors Random(int count, int seed)
        {
            var random = new Random(seed);
            return new(Draw(-1, 1), Draw(-1, 1), Draw(-0.1f, 0.1f), Draw(0, 1));

            float[] Draw(float low, float high)
            {
                var values = new float[count];
                for (var i = 0; i < count; i++)
                {
                    values[i] = low + ((high - low) * random.NextSingle() * random.NextSingle());
                }

                return values;
            }
        }
    }
}
