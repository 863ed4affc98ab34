using ActorNet.Core.Numerics;
using CsCheck;

namespace ActorNet.Core.Tests.Numerics;

/// <summary>The ways in which training multiplies matrices.</summary>
public enum ProductForm
{
    Multiply,
    MultiplyWithBias,
    MultiplyTransposed,
    TransposedMultiply,
    ColumnSums,
}

/// <summary>
/// One product: its form, its shape (C is m × n, the inner dimension k) and a seed that everything else is drawn from: values, gaps between rows,
/// the summation tree.
/// </summary>
internal sealed class ProductCase
{
    private readonly Operand _a;
    private readonly Operand _b;
    private readonly Operand? _bias;
    private readonly SumTree? _tree;
    private readonly string _name;

    public ProductCase(ProductForm form, int m, int n, int k, int seed, Func<Random, int, int, int, Operand> values)
    {
        Form = form;
        (M, N, K) = (form == ProductForm.ColumnSums ? 1 : m, n, k);
        var random = new Random(seed);
        int Gap() => random.Next(3) == 0 ? random.Next(1, 20) : 0;
        var (aRows, aColumns) = form switch
        {
            ProductForm.TransposedMultiply => (K, M),
            ProductForm.ColumnSums => (K, 1),
            _ => (M, K),
        };
        var (bRows, bColumns) = form == ProductForm.MultiplyTransposed ? (N, K) : (K, N);
        _a = values(random, aRows, aColumns, Gap());
        _b = values(random, bRows, bColumns, Gap());
        _bias = form == ProductForm.MultiplyWithBias ? values(random, 1, N, 0) : null;
        _tree = form is ProductForm.TransposedMultiply or ProductForm.ColumnSums && K > 0 ? Tree(random, K) : null;
        C = new Operand(M, N, form == ProductForm.ColumnSums ? 0 : Gap());
        _name = $"{form} {M} x {N} x {K}, seed {seed}, strides {_a.Stride} {_b.Stride} {C.Stride}, tree {_tree}";
    }

    public ProductForm Form { get; }

    public int M { get; }

    public int N { get; }

    public int K { get; }

    /// <summary>Takes the product.</summary>
    public Operand C { get; }

    /// <summary>Roundings on the way to one element: one a step of the inner dimension, and one a level of the tree.</summary>
    public int Roundings => K + (_tree?.Leaves().Length ?? 0);

    /// <summary>Any product of the shapes that training has.</summary>
    public static Gen<(ProductForm Form, int M, int N, int K, int Seed)> Any(int most) =>
        Gen.Select(Gen.Enum<ProductForm>(), Gen.Int[1, most], Gen.Int[1, most], Gen.Int[1, most], Gen.Int);

    /// <summary>A(i, k) of C = A·B.</summary>
    public float A(int i, int k) => Form switch
    {
        ProductForm.TransposedMultiply => _a[k, i],
        ProductForm.ColumnSums => 1,
        _ => _a[i, k],
    };

    /// <summary>B(k, j) of C = A·B.</summary>
    public float B(int k, int j) => Form == ProductForm.MultiplyTransposed ? _b[j, k] : _b[k, j];

    /// <summary>What column j's chains start from.</summary>
    public float Bias(int j) => _bias?[0, j] ?? 0;

    /// <summary>Computes C by the code under test.</summary>
    public void Compute(ProductScratch scratch)
    {
        TreeLeaf[] leaves = _tree?.Leaves() ?? [];
        switch (Form)
        {
            case ProductForm.MultiplyTransposed:
                MatrixProduct.MultiplyTransposed(_a.View, _b.View, C.View, scratch);
                break;
            case ProductForm.TransposedMultiply:
                MatrixProduct.TransposedMultiply(_a.View, _b.View, C.View, leaves, scratch);
                break;
            case ProductForm.ColumnSums:
                MatrixProduct.ColumnSums(_b.View, C.View.Values, leaves, scratch);
                break;
            default:
                MatrixProduct.Multiply(_a.View, _b.View, _bias is null ? [] : _bias.View.Values, C.View, scratch);
                break;
        }
    }

    /// <summary>One element by the definition: a chain of fused multiply-adds in ascending inner index for each leaf, added along the tree.</summary>
    public float Definition(int i, int j)
    {
        float Chain(float start, int first, int count)
        {
            var sum = start;
            for (var k = first; k < first + count; k++)
            {
                sum = MathF.FusedMultiplyAdd(A(i, k), B(k, j), sum);
            }

            return sum;
        }

        return _tree is null ? Chain(Bias(j), 0, K) : _tree.Sum((first, count) => Chain(0, first, count));
    }

    public override string ToString() => _name;

    private static SumTree Tree(Random random, int rows)
    {
        var slices = 1 << random.Next(5);
        return random.Next(3) == 0 && slices <= rows
            ? SumTree.Complete(random, rows, slices)
            : SumTree.Random(random, rows, Math.Min(rows, random.Next(2) == 0 ? 1 + random.Next(4) : 1 + random.Next(40)));
    }
}
