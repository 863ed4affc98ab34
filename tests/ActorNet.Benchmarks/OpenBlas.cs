using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace ActorNet.Benchmarks;

/// <summary>OpenBLAS's single-precision product, on one thread and with the kernels for this processor.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "openblas";
    private const int RowMajor = 101;

    private static readonly string[] _names = ["libopenblas.so.0", "libopenblas", "openblas"];

    /// <summary>Loads the library; call it before anything else here.</summary>
    /// <returns>Its version and the kernels it chose.</returns>
    /// <exception cref="ContenderAbsentException">It is not installed.</exception>
    /// <exception cref="InvalidOperationException">It does not keep to one thread.</exception>
    public static string Load()
    {
        ChooseOneThreadAndCore();
        NativeLibrary.SetDllImportResolver(typeof(OpenBlas).Assembly, Resolve);
        try
        {
            if (ThreadCount() != 1)
            {
                throw new InvalidOperationException("OpenBLAS runs more than one thread: start with OMP_NUM_THREADS=1");
            }
        }
        catch (DllNotFoundException)
        {
            throw new ContenderAbsentException("there is no OpenBLAS: apt-get install libopenblas0-openmp");
        }
        var version = Marshal.PtrToStringUTF8((nint)Configuration())?.Split(' ') is [_, var number, ..] ? number : "";
        return $"OpenBLAS {version} {Marshal.PtrToStringUTF8((nint)CoreName())}";
    }

    /// <summary>C = op(A) op(B), row-major, with m × n results and k terms each; op transposes where asked.</summary>
    public static void Multiply(
        int m, int n, int k, ReadOnlySpan<float> a, bool transposeA, ReadOnlySpan<float> b, bool transposeB, Span<float> c)
    {
        if (a.Length < m * k || b.Length < k * n || c.Length < m * n)
        {
            throw new ArgumentException($"the buffers are too short for {m} x {n} x {k}");
        }
        fixed (float* pa = a, pb = b, pc = c)
        {
            Sgemm(RowMajor, Order(transposeA), Order(transposeB), m, n, k, 1, pa, transposeA ? m : k, pb, transposeB ? k : n, 0, pc, n);
        }
    }

    private static int Order(bool transpose) => transpose ? 112 : 111;

    /// <summary>
    /// The library reads the process's own environment, once, when it is loaded; .NET changes only a copy of it. Its OpenMP build
    /// ignores <c>openblas_set_num_threads</c>. An older release, or an inherited choice, takes this processor for an old one.
    /// </summary>
    private static void ChooseOneThreadAndCore()
    {
        SetVariable("OMP_NUM_THREADS", "1");
        SetVariable("OPENBLAS_NUM_THREADS", "1");
        if (Avx512F.IsSupported)
        {
            SetVariable("OPENBLAS_CORETYPE", "SkylakeX");
        }
    }

    private static void SetVariable(string name, string value)
    {
        if (OperatingSystem.IsWindows())
        {
            Environment.SetEnvironmentVariable(name, value);
        }
        else if (SetEnvironment(name, value, 1) != 0)
        {
            throw new InvalidOperationException($"cannot set {name}");
        }
    }

    private static nint Resolve(string library, Assembly assembly, DllImportSearchPath? path)
    {
        var handle = nint.Zero;
        if (library == Library)
        {
            _ = Array.Exists(_names, name => NativeLibrary.TryLoad(name, out handle));
        }
        return handle;
    }

    [LibraryImport(Library, EntryPoint = "cblas_sgemm")]
    private static partial void Sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k,
        float alpha, float* a, int strideA, float* b, int strideB, float beta, float* c, int strideC);

    [LibraryImport(Library, EntryPoint = "openblas_get_num_threads")]
    private static partial int ThreadCount();

    [LibraryImport(Library, EntryPoint = "openblas_get_config")]
    private static partial byte* Configuration();

    [LibraryImport(Library, EntryPoint = "openblas_get_corename")]
    private static partial byte* CoreName();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
