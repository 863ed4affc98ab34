"""Import before numpy or torch: one thread, and OpenBLAS's kernels for the processor that is really there.

The libraries read these variables once, when they are loaded. An OpenBLAS older than the processor, or an
OPENBLAS_CORETYPE inherited from elsewhere, takes a kernel for an old processor; SkylakeX is the one for AVX-512.
"""
import ctypes
import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"


def _processor_has(flag):
    try:
        with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
            return any(line.startswith("flags") and flag in line.split() for line in info)
    except OSError:
        return False


if _processor_has("avx512f"):
    os.environ["OPENBLAS_CORETYPE"] = "SkylakeX"


def openblas():
    """The OpenBLAS that this process has loaded, as "OpenBLAS 0.3.21 SkylakeX"; None if it has loaded none (call after the imports)."""
    with open("/proc/self/maps", encoding="utf-8", errors="replace") as maps:
        paths = {line.split(maxsplit=5)[-1].strip() for line in maps if "libopenblas" in line}
    for path in sorted(paths):
        library = ctypes.CDLL(path)
        if not hasattr(library, "openblas_get_config"):  # a wheel's own copy, with names of its own
            return os.path.basename(path)
        library.openblas_get_config.restype = ctypes.c_char_p
        library.openblas_get_corename.restype = ctypes.c_char_p
        threads = library.openblas_get_num_threads()
        if threads != 1:
            raise SystemExit(f"{path} runs {threads} threads: OMP_NUM_THREADS=1 was not obeyed")
        version = library.openblas_get_config().decode().split()[1]
        return f"OpenBLAS {version} {library.openblas_get_corename().decode()}"
    return None
