"""Programs that hand their functions to Numba, by each of its doors; `answer()` gives what comes out."""

HEADER = "import numba\nimport numpy as np\nfrom numba import njit\n"

LOOP = """
def f(n):
    s = 0
    for i in range(n):
        for j in range(i):
            s += j
    return s
"""

DOORS = {
    "decorator": "@numba.njit" + LOOP + "def answer(): return f(10), f.py_func(9)\n",
    "decorator with arguments": "@numba.jit('int64(int64)', nopython=True, fastmath=True)" + LOOP + "def answer(): return f(10)\n",
    "parallel": """
@njit(parallel=True)
def f(a):
    s = 0.0
    for i in numba.prange(len(a)):
        for j in range(3):
            s += a[i] * j
    return s
def answer(): return f(np.arange(100.0))
""",
    "call": LOOP + "g = numba.njit(f)\ndef answer(): return g(10), f(9), g.py_func is f\n",
    "call at run time": LOOP + "def answer(): return f(4), njit(f)(10), f(9)\n",
    "alias": "fast = njit\n@fast" + LOOP + "def answer(): return f(10)\n",
    "wrapped": """
import functools
def mine(**options):
    def decorate(function):
        compiled = numba.njit(function, **options)
        @functools.wraps(function)
        def call(*args):
            for _ in range(2):
                result = compiled(*args)
            return result
        return call
    return decorate
@mine(error_model="numpy")""" + LOOP + "def answer(): return f(10)\n",
    "vectorize": """
@numba.vectorize
def lazy(x, n):
    for i in range(n):
        x = x * 1.5
    return x
@numba.vectorize(["float64(float64, int64)"])
def eager(x, n):
    while n > 0:
        x += n
        n -= 1
    return x
def answer(): return lazy(np.arange(3.0), 4).tolist(), eager(np.arange(3.0), 4).tolist()
""",
    "guvectorize": """
@numba.guvectorize(["void(float64[:], float64, float64[:])"], "(n),()->(n)")
def add(x, y, out):
    for i in range(x.shape[0]):
        out[i] = x[i] + y
def answer(): return add(np.arange(6.0).reshape(2, 3), 2.0).tolist()
""",
    "cfunc": """
@numba.cfunc("int64(int64)")""" + LOOP + "def answer(): return f.ctypes(10)\n",
    "jitclass": """
from numba.experimental import jitclass
@jitclass([("values", numba.float64[:])])
class Bag:
    def __init__(self, n):
        self.values = np.zeros(n)
        for i in range(n):
            self.values[i] = i
    def total(self):
        s = 0.0
        for i in range(self.values.size):
            s += self.values[i]
        return s
    @staticmethod
    def of(n):
        s = 0
        for i in range(n):
            s += i
        return s
def answer(): return Bag(5).total(), Bag.of(4)
""",
    "overload": """
from numba.extending import overload, overload_method, register_jitable
def head(x): raise NotImplementedError
@overload(head)
def typed(x):
    names = []
    for k in range(2):
        names.append(k)
    def implementation(x):
        s = 0
        for i in range(x):
            s += i
        return s
    return implementation
@overload_method(numba.types.Array, "summed")
def method(array):
    def implementation(array):
        s = 0.0
        for v in array.flat:
            s += v
        return s
    return implementation
@register_jitable
def helper(n):
    s = 0
    for i in range(n):
        s += i
    return s
@njit
def f(n, a): return head(n), helper(n), a.summed()
def answer(): return f(10, np.arange(3.0)), helper(5)
""",
    "stencil": """
@numba.stencil(neighborhood=((-1, 1),))
def smooth(a):
    s = 0.0
    for k in range(-1, 2):
        s += a[k]
    return s
@njit
def f(a): return smooth(a)
def answer(): return smooth(np.arange(6.0)).tolist(), f(np.arange(5.0)).tolist()
""",
    "closures": """
def make(c):
    @njit
    def inner(n):
        s = 0
        for i in range(n):
            s += i * c
        return s
    def plain(n):
        s = 0
        for i in range(n):
            s += i * c
        return s
    return inner, plain
@njit
def outer(n):
    def local(m):
        s = 0
        for i in range(m):
            s += i
        return s
    return local(n) + local(n + 1)
def answer(): return make(2)[0](10), make(3)[1](10), outer(5)
""",
    "one code, two functions": """
def make(c):
    def inner(n):
        s = 0
        for i in range(n):
            s += i * c
        return s
    return inner
a, b = make(1), make(2)
def answer(): return a(10), njit(a)(10), b(10), a(9)
""",
    "intrinsic": """
from numba.extending import intrinsic
@intrinsic
def many(typingctx, x):
    def codegen(context, builder, signature, args):
        value = args[0]
        for _ in range(3):
            value = builder.add(value, args[0])
        return value
    return x(x), codegen
@njit
def f(n):
    s = 0
    for i in range(n):
        s += many(i)
    return s
def answer(): return f(10)
""",
    "object mode": """
@njit
def f(n):
    s = 0.0
    for i in range(n):
        with numba.objmode(y="float64"):
            y = 0.0
            for k in range(2):
                y += float(str(i))
        s += y
    return s
@numba.jit(forceobj=True, looplift=True)
def g(n):
    text = str(n)
    s = 0
    for i in range(n):
        s += i
    return text, s
def answer(): return f(4), g(5)
""",
    "generator": """
@njit
def squares(n):
    for i in range(n):
        yield i * i
@njit
def f(n):
    s = 0
    for x in squares(n):
        s += x
    return s
def answer(): return f(5), list(squares(4))
""",
    "inlined": """
@njit(inline="always")
def g(n):
    s = 0
    for i in range(n):
        s += i
    return s
@njit
def f(n): return g(n) + g(n + 1)
def answer(): return f(5)
""",
    "in a loop of the program's": "@njit" + LOOP + """
@njit
def triple(x): return 3.0 * x
def answer():
    s, a = 0, np.zeros(50)
    for k in range(50):
        s += f(k)
    for i in range(len(a)):
        a[i] = triple(float(i))
    return s, a.tolist(), type(s), type(triple(1.0))
""",
    "copies of code": """
import types
""" + LOOP + """
code = f.__code__.replace(co_name="g", co_firstlineno=77)
g = types.FunctionType(code, globals(), "g")
def answer(): return njit(g)(10), g(9), f(8), g.__code__.co_name, g.__code__.co_firstlineno
""",
    "pickled": "@njit" + LOOP + """
from numba import cloudpickle
def answer(): return cloudpickle.loads(cloudpickle.dumps(f))(10)
""",
    "intermediate representation": LOOP + """
from numba.core.compiler import run_frontend
def answer(): return sorted(type(s).__name__ for b in run_frontend(f).blocks.values() for s in b.body), f(4)
""",
    "errors": """
@njit
def f(n):
    s = 0
    for i in range(n):
        s += "x"
    return s
def answer():
    try:
        f(3)
    except numba.TypingError as error:
        text = str(error)
        return text[:150], "__doc__" in text
""",
}
