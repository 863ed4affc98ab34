using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Training.Compression;

/// <summary>
/// The codes of one block. Every element goes through the same rounded operations, in a vector or alone: neither the vector's width nor the place changes a bit.
/// </summary>
internal static class BlockCodes
{
    private const int Magnitude = 0x7FFFFFFF;
    private const int MantissaBits = 23;
    private const int Bias = 127;
    private const int MostInt8 = 127;

    /// <summary>Under this, 127 divided by a block's largest value would not be finite.</summary>
    private const float LeastInt8 = 1e-36f;

    /// <summary>The greatest half under 2^15.</summary>
    private const float MostScaled = 32752;

    /// <summary>What a block is multiplied by before it is rounded, and after it is read.</summary>
    /// <param name="largest">The block's largest magnitude; NaN or infinity where a value is not finite.</param>
    public static (float To, float Back) ScaleOfFp16(float largest)
    {
        if (!float.IsFinite(largest))
        {
            return (0, float.NaN);
        }

        var power = Math.Min(14 - ((BitConverter.SingleToInt32Bits(largest) >> MantissaBits) - Bias), Bias - 1);
        return (PowerOfTwo(power), PowerOfTwo(-power));
    }

    /// <inheritdoc cref="ScaleOfFp16"/>
    public static (float To, float Back) ScaleOfInt8(float largest)
    {
        var step = largest / MostInt8;
        return !float.IsFinite(largest) ? (0, float.NaN)
            : largest < LeastInt8 ? (0, 0)
            : (MostInt8 / largest, float.IsFinite(step * MostInt8) ? step : MathF.BitDecrement(step));
    }

    /// <summary>Rounds a block, whose values are finite, to the nearest halves.</summary>
    public static void EncodeFp16(ReadOnlySpan<float> values, float scale, Span<Half> codes)
    {
        Span<float> scaled = stackalloc float[values.Length];
        TensorPrimitives.Multiply(values, scale, scaled);
        if (scale == PowerOfTwo(14 - Bias))
        {
            // The scaled block is under 2^15, which is as far as a value is rounded up; of a block up to the greatest floats that would come back as infinity.
            TensorPrimitives.Clamp(scaled, -MostScaled, MostScaled, scaled);
        }

        TensorPrimitives.ConvertToHalf(scaled, codes);
    }

    /// <summary>Reads halves.</summary>
    public static void DecodeFp16(ReadOnlySpan<Half> codes, float scale, Span<float> values)
    {
        TensorPrimitives.ConvertToSingle(codes, values);
        TensorPrimitives.Multiply(values, scale, values);
    }

    /// <summary>Rounds a block to the nearest upper halves of floats; all NaN where a value is not finite.</summary>
    public static void EncodeBf16(ReadOnlySpan<float> values, Span<ushort> codes, float largest)
    {
        if (!float.IsFinite(largest))
        {
            codes.Fill(0x7FC0);
            return;
        }

        var bits = MemoryMarshal.Cast<float, uint>(values);
        var width = Vector<uint>.Count;
        var i = 0;
        for (; i <= bits.Length - (2 * width); i += 2 * width)
        {
            Vector.Narrow(Bf16Of(new Vector<uint>(bits[i..])), Bf16Of(new Vector<uint>(bits[(i + width)..]))).CopyTo(codes[i..]);
        }

        for (; i < bits.Length; i++)
        {
            codes[i] = (ushort)Bf16Of(new Vector<uint>(bits[i]))[0];
        }
    }

    /// <summary>Reads upper halves of floats.</summary>
    public static void DecodeBf16(ReadOnlySpan<ushort> codes, Span<float> values)
    {
        var bits = MemoryMarshal.Cast<float, uint>(values);
        var width = Vector<uint>.Count;
        var i = 0;
        for (; i <= bits.Length - (2 * width); i += 2 * width)
        {
            Vector.Widen(new Vector<ushort>(codes[i..]), out var low, out var high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + width)..]);
        }

        for (; i < bits.Length; i++)
        {
            bits[i] = (uint)codes[i] << 16;
        }
    }

    /// <summary>Rounds a block, whose values are finite, to whole numbers: up with a probability of what is above the next lower one, to one part in 65,536.</summary>
    public static void EncodeInt8(ReadOnlySpan<float> values, float scale, ReadOnlySpan<ushort> noise, Span<sbyte> codes)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= values.Length - (4 * width); i += 4 * width)
        {
            var low = Int16Of(values[i..], scale, new Vector<ushort>(noise[i..]));
            var high = Int16Of(values[(i + (2 * width))..], scale, new Vector<ushort>(noise[(i + (2 * width))..]));
            Vector.Narrow(low, high).CopyTo(codes[i..]);
        }

        for (; i < values.Length; i++)
        {
            codes[i] = (sbyte)Int32Of(new Vector<float>(values[i]), scale, new Vector<int>(noise[i]))[0];
        }
    }

    /// <summary>Reads whole numbers.</summary>
    public static void DecodeInt8(ReadOnlySpan<sbyte> codes, float scale, Span<float> values)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= values.Length - (4 * width); i += 4 * width)
        {
            Vector.Widen(new Vector<sbyte>(codes[i..]), out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            (Vector.ConvertToSingle(first) * scale).CopyTo(values[i..]);
            (Vector.ConvertToSingle(second) * scale).CopyTo(values[(i + width)..]);
            (Vector.ConvertToSingle(third) * scale).CopyTo(values[(i + (2 * width))..]);
            (Vector.ConvertToSingle(fourth) * scale).CopyTo(values[(i + (3 * width))..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = codes[i] * scale;
        }
    }

    private static float PowerOfTwo(int power) => BitConverter.Int32BitsToSingle((power + Bias) << MantissaBits);

    private static Vector<uint> Bf16Of(Vector<uint> bits)
    {
        var magnitude = bits & new Vector<uint>(Magnitude);
        var even = (magnitude >> 16) & Vector<uint>.One;
        var rounded = Vector.Min((magnitude + new Vector<uint>(0x7FFF) + even) >> 16, new Vector<uint>(0x7F7F));
        return rounded | ((bits >> 16) & new Vector<uint>(0x8000));
    }

    private static Vector<short> Int16Of(ReadOnlySpan<float> values, float scale, Vector<ushort> noise)
    {
        Vector.Widen(noise, out var low, out var high);
        return Vector.Narrow(
            Int32Of(new Vector<float>(values), scale, Vector.AsVectorInt32(low)),
            Int32Of(new Vector<float>(values[Vector<float>.Count..]), scale, Vector.AsVectorInt32(high)));
    }

    private static Vector<int> Int32Of(Vector<float> values, float scale, Vector<int> noise)
    {
        var share = (Vector.ConvertToSingle(noise) + new Vector<float>(0.5f)) * (1f / 65536);
        var whole = Vector.ConvertToInt32(Vector.Floor((values * scale) + share));
        return Vector.Min(Vector.Max(whole, new Vector<int>(-MostInt8)), new Vector<int>(MostInt8));
    }
}
