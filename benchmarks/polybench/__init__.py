"""The thirty kernels of PolyBench 4.2 as plain loops, written from their definitions.

Each module has `SIZES` (name to problem size), `DTYPES`, `init(n, dtype)` for the arguments,
`kernel(*arguments)` on `a[i, j]`, and `Kernel(*arguments).run()` on `self.n` and `self.a[i][j]`.
All that is computed is left in the arguments.
"""

KERNELS = (
    "two_mm", "three_mm", "adi", "atax", "bicg", "cholesky", "correlation", "covariance", "deriche", "doitgen",
    "durbin", "fdtd_2d", "floyd_warshall", "gemm", "gemver", "gesummv", "gramschmidt", "heat_3d", "jacobi_1d",
    "jacobi_2d", "lu", "ludcmp", "mvt", "nussinov", "seidel_2d", "symm", "syr2k", "syrk", "trisolv", "trmm",
)  # fmt: skip
