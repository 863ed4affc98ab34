using System.Numerics;
using System.Runtime.InteropServices;

namespace ActorNet.Core.Training.Compression;

/// <summary>
/// The codes of one block. Every element goes through the same rounded operations, in a vector or alone: neither the vector's width nor the place changes a bit.
/// </summary>
internal static class BlockCodes
{
    private const int Infinity = 0x7F800000;
    private const int Magnitude = 0x7FFFFFFF;
    private const int MantissaBits = 23;
    private const int Bias = 127;
    private const int MostInt8 = 127;

    /// <summary>Under this, 127 divided by a block's largest value would not be finite.</summary>
    private const float LeastInt8 = 1e-36f;

    /// <summary>Moves a float's exponent to that of a half's, and back.</summary>
    private const float HalfToFloat = 5.192296858534828e+33f;

    private const int LeastNormalHalf = (Bias - 14) << MantissaBits;
    private const int HalfBiasBits = (Bias - 15) << MantissaBits;

    /// <summary>Added to what is under a half's least normal value, this leaves its code in the lowest bits, rounded.</summary>
    private const float SubnormalMagic = 0.5f;

    /// <summary>The bits of the largest magnitude: those of infinity or more where a value is not finite.</summary>
    public static int LargestBits(ReadOnlySpan<float> values)
    {
        var bits = MemoryMarshal.Cast<float, int>(values);
        var largest = Vector<int>.Zero;
        var i = 0;
        for (; i <= bits.Length - Vector<int>.Count; i += Vector<int>.Count)
        {
            largest = Vector.Max(largest, new Vector<int>(bits[i..]) & new Vector<int>(Magnitude));
        }

        var most = 0;
        for (var lane = 0; lane < Vector<int>.Count; lane++)
        {
            most = Math.Max(most, largest[lane]);
        }

        for (; i < bits.Length; i++)
        {
            most = Math.Max(most, bits[i] & Magnitude);
        }

        return most;
    }

    /// <summary>What a block is multiplied by before it is rounded, and after it is read.</summary>
    public static (float To, float Back) ScaleOfFp16(int largest)
    {
        if (largest >= Infinity)
        {
            return (0, float.NaN);
        }

        var power = Math.Min(14 - ((largest >> MantissaBits) - Bias), Bias - 1);
        return (PowerOfTwo(power), PowerOfTwo(-power));
    }

    /// <inheritdoc cref="ScaleOfFp16"/>
    public static (float To, float Back) ScaleOfInt8(int largest)
    {
        var most = BitConverter.Int32BitsToSingle(largest);
        var step = most / MostInt8;
        return largest >= Infinity ? (0, float.NaN)
            : most < LeastInt8 ? (0, 0)
            : (MostInt8 / most, float.IsFinite(step * MostInt8) ? step : MathF.BitDecrement(step));
    }

    /// <summary>Rounds a block, whose values are finite, to the nearest halves. The scaled block is under 2^15, which is as far as a value is rounded up.</summary>
    public static void EncodeFp16(ReadOnlySpan<float> values, float scale, Span<ushort> codes)
    {
        // Only of a block up to the greatest floats could 2^15 come back as infinity.
        var most = new Vector<int>(scale == PowerOfTwo(14 - Bias) ? 0x77FF : 0x7800);
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= values.Length - (2 * width); i += 2 * width)
        {
            var low = HalfOf(new Vector<float>(values[i..]) * scale, most);
            var high = HalfOf(new Vector<float>(values[(i + width)..]) * scale, most);
            Vector.Narrow(low, high).CopyTo(codes[i..]);
        }

        for (; i < values.Length; i++)
        {
            codes[i] = (ushort)HalfOf(new Vector<float>(values[i]) * scale, most)[0];
        }
    }

    /// <summary>Reads halves.</summary>
    public static void DecodeFp16(ReadOnlySpan<ushort> codes, float scale, Span<float> values)
    {
        var width = Vector<float>.Count;
        var i = 0;
        for (; i <= values.Length - (2 * width); i += 2 * width)
        {
            Vector.Widen(new Vector<ushort>(codes[i..]), out var low, out var high);
            (FloatOf(low) * scale).CopyTo(values[i..]);
            (FloatOf(high) * scale).CopyTo(values[(i + width)..]);
        }

        for (; i < values.Length; i++)
        {
            values[i] = (FloatOf(new Vector<uint>(codes[i])) * scale)[0];
        }
    }

    /// <summary>Rounds a block to the nearest upper halves of floats; all NaN where a value is not finite.</summary>
    public static void EncodeBf16(ReadOnlySpan<float> values, Span<ushort> codes, int largest)
    {
        if (largest >= Infinity)
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

    private static Vector<uint> HalfOf(Vector<float> values, Vector<int> most)
    {
        var bits = Vector.AsVectorInt32(values);
        var sign = Vector.ShiftRightLogical(Vector.AsVectorUInt32(bits & new Vector<int>(~Magnitude)), 16);
        var magnitude = bits & new Vector<int>(Magnitude);
        var even = (magnitude >> 13) & Vector<int>.One;
        var normal = (magnitude - new Vector<int>(HalfBiasBits - 0xFFF) + even) >> 13;
        var magic = new Vector<float>(SubnormalMagic);
        var subnormal = Vector.AsVectorInt32(Vector.AsVectorSingle(magnitude) + magic) - Vector.AsVectorInt32(magic);
        var isNormal = Vector.GreaterThanOrEqual(magnitude, new Vector<int>(LeastNormalHalf));
        return Vector.AsVectorUInt32(Vector.Min(Vector.ConditionalSelect(isNormal, normal, subnormal), most)) | sign;
    }

    private static Vector<float> FloatOf(Vector<uint> codes)
    {
        var sign = (codes & new Vector<uint>(0x8000)) << 16;
        var magnitude = (codes & new Vector<uint>(0x7FFF)) << 13;
        return Vector.AsVectorSingle(Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude) * HalfToFloat) | sign);
    }

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
