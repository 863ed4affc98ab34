using ActorNet.Core.Data;
using ActorNet.Core.Models;
using ActorNet.Core.Numerics;

namespace ActorNet.Core.Tests.Models;

/// <summary>Parts of a network that a library user might write, each registered under its name.</summary>
internal static class CustomParts
{
    static CustomParts()
    {
        Layers.Register("parts-plain-dense", (spec, input) => new PlainDenseLayer(input.Size, spec.Size, Activation.Find(spec.Activation)));
        Layers.Register("parts-gain", (spec, input) => new GainLayer(input.Size, Activation.Find(spec.Activation)));
        Activation.Register(new Softsign());
        Activation.Register(new Square());
        Activation.Register(new SigmoidOfSums());
        Cost.Register(new PseudoHuber());
    }

    /// <summary>Makes the names known.</summary>
    public static void Register()
    {
    }

    /// <summary>A dense layer in plain loops, whose gradient is made slice by slice.</summary>
    private sealed class PlainDenseLayer(int inputSize, int outputSize, Activation activation) : Layer(inputSize, outputSize, activation)
    {
        public override IReadOnlyList<ParameterShape> Parameters =>
            [new("weights", InputSize, OutputSize, Decays: true), new("biases", 1, OutputSize, Decays: false)];

        public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) =>
            initialiser.Fill(parameters[..^OutputSize], parameters[^OutputSize..], InputSize, OutputSize, random);

        public override void Forward(in LayerBatch batch, Matrix sums)
        {
            for (var row = 0; row < batch.Inputs.Rows; row++)
            {
                for (var j = 0; j < OutputSize; j++)
                {
                    var sum = batch.Parameters[(InputSize * OutputSize) + j];
                    for (var i = 0; i < InputSize; i++)
                    {
                        sum = MathF.FusedMultiplyAdd(batch.Inputs.Row(row)[i], batch.Parameters[(i * OutputSize) + j], sum);
                    }

                    sums.Row(row)[j] = sum;
                }
            }
        }

        public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient)
        {
            for (var row = 0; row < delta.Rows; row++)
            {
                for (var i = 0; i < InputSize; i++)
                {
                    var sum = 0f;
                    for (var j = 0; j < OutputSize; j++)
                    {
                        sum = MathF.FusedMultiplyAdd(delta.Row(row)[j], batch.Parameters[(i * OutputSize) + j], sum);
                    }

                    inputGradient.Row(row)[i] = sum;
                }
            }
        }

        public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient)
        {
            gradient.WriteSlices(0, InputSize * OutputSize, batch.Parameters, batch.Inputs, delta, AddWeights);
            gradient.WriteSlices(InputSize * OutputSize, OutputSize, batch.Parameters, batch.Inputs, delta, AddBiases);
        }

        private static void AddWeights(ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, Span<float> sum)
        {
            for (var row = 0; row < inputs.Rows; row++)
            {
                for (var element = 0; element < sum.Length; element++)
                {
                    var (i, j) = Math.DivRem(element, delta.Columns);
                    sum[element] = MathF.FusedMultiplyAdd(inputs.Row(row)[i], delta.Row(row)[j], sum[element]);
                }
            }
        }

        private static void AddBiases(ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, Span<float> sum)
        {
            for (var row = 0; row < delta.Rows; row++)
            {
                for (var j = 0; j < sum.Length; j++)
                {
                    sum[j] += delta.Row(row)[j];
                }
            }
        }
    }

    /// <summary>A factor for each input: z = g·x.</summary>
    private sealed class GainLayer(int size, Activation activation) : Layer(size, size, activation)
    {
        public override IReadOnlyList<ParameterShape> Parameters => [new("gains", 1, InputSize, Decays: false)];

        public override void Initialise(Span<float> parameters, Initialiser initialiser, RandomStream random) => parameters.Fill(1);

        public override void Forward(in LayerBatch batch, Matrix sums) =>
            Scale(batch.Parameters, batch.Inputs, sums);

        public override void BackwardInputs(in LayerBatch batch, ReadOnlyMatrix delta, Matrix inputGradient) =>
            Scale(batch.Parameters, delta, inputGradient);

        public override void BackwardParameters(in LayerBatch batch, ReadOnlyMatrix delta, in GradientWriter gradient) =>
            gradient.WriteSlices(0, InputSize, batch.Parameters, batch.Inputs, delta, AddGains);

        private static void AddGains(ReadOnlySpan<float> parameters, ReadOnlyMatrix inputs, ReadOnlyMatrix delta, Span<float> sum)
        {
            for (var row = 0; row < inputs.Rows; row++)
            {
                for (var i = 0; i < sum.Length; i++)
                {
                    sum[i] += inputs.Row(row)[i] * delta.Row(row)[i];
                }
            }
        }

        private static void Scale(ReadOnlySpan<float> gains, ReadOnlyMatrix from, Matrix to)
        {
            for (var row = 0; row < from.Rows; row++)
            {
                for (var i = 0; i < gains.Length; i++)
                {
                    to.Row(row)[i] = gains[i] * from.Row(row)[i];
                }
            }
        }
    }

    /// <summary>a = z / (1 + |z|), da/dz = (1 - |a|)².</summary>
    private sealed class Softsign : Activation
    {
        public override string Name => "parts-softsign";

        public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width)
        {
            for (var i = 0; i < z.Length; i++)
            {
                a[i] = z[i] / (1 + Math.Abs(z[i]));
            }
        }

        public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
        {
            for (var i = 0; i < a.Length; i++)
            {
                gradient[i] *= (1 - Math.Abs(a[i])) * (1 - Math.Abs(a[i]));
            }
        }
    }

    /// <summary>a = z², da/dz = 2z: one whose way back needs z.</summary>
    private sealed class Square : Activation
    {
        public override string Name => "parts-square";

        public override bool UsesInput => true;

        public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width)
        {
            for (var i = 0; i < z.Length; i++)
            {
                a[i] = z[i] * z[i];
            }
        }

        public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
        {
            for (var i = 0; i < z.Length; i++)
            {
                gradient[i] *= 2 * z[i];
            }
        }
    }

    /// <summary>The sigmoid, its way back computed from z alone.</summary>
    private sealed class SigmoidOfSums : Activation
    {
        public override string Name => "parts-sigmoid-of-sums";

        public override bool UsesInput => true;

        public override void Forward(ReadOnlySpan<float> z, Span<float> a, int width) => VectorMath.Sigmoid(z, a);

        public override void Backward(ReadOnlySpan<float> z, ReadOnlySpan<float> a, Span<float> gradient, int width)
        {
            var again = new float[z.Length];
            VectorMath.Sigmoid(z, again);
            for (var i = 0; i < z.Length; i++)
            {
                gradient[i] *= again[i] * (1 - again[i]);
            }
        }
    }

    /// <summary>Σ √(1 + (a - y)²) - 1.</summary>
    private sealed class PseudoHuber : Cost
    {
        public override string Name => "parts-pseudo-huber";

        public override double Value(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets)
        {
            var sum = 0.0;
            for (var i = 0; i < outputs.Length; i++)
            {
                double difference = outputs[i] - targets[i];
                sum += Math.Sqrt(1 + (difference * difference)) - 1;
            }

            return sum;
        }

        public override void Gradient(Activation output, ReadOnlySpan<float> outputs, ReadOnlySpan<float> targets, Span<float> gradient)
        {
            for (var i = 0; i < outputs.Length; i++)
            {
                var difference = outputs[i] - targets[i];
                gradient[i] = difference / MathF.Sqrt(1 + (difference * difference));
            }
        }
    }
}

/// <summary>Samples that are made when they are read: y = (x₀x₁, x₀ - x₁) at points of a grid.</summary>
internal sealed class GridDataSet(int side) : DataSet
{
    public override string Name => "grid";

    public override TaskKind Task => TaskKind.Regression;

    public override int Count => side * side;

    public override int InputSize => 2;

    public override int TargetSize => 2;

    public override string Hash => $"grid {side}";

    public override void Read(int index, Span<float> inputs, Span<float> targets)
    {
        CheckRead(index, inputs.Length, targets.Length);
        (inputs[0], inputs[1]) = (((float)(index / side) / side) - 0.5f, ((float)(index % side) / side) - 0.5f);
        (targets[0], targets[1]) = (inputs[0] * inputs[1], inputs[0] - inputs[1]);
    }
}
