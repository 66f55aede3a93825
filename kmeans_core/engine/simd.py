"""A lane vector as a Numba value, so that a register-blocked kernel is plain Python.

A value of type `Lanes` holds as many numbers as suit this CPU: 16 float32 or 8 float64 with
AVX-512, 16 or 4 with AVX2, 4 or 2 with NEON or SSE. In a kernel it is used like a number::

    x = load(panel, offset)            # one register from memory
    difference = x - centers[j]        # a scalar operand goes to every lane
    total = fma(difference, difference, total)
    nearer = total < best              # a mask: one truth value a lane
    best = select(nearer, total, best)
    index[3]                           # one lane, as a scalar

Numba itself vectorises a plain loop only where that changes no order of additions or comparisons.
A running minimum with its index stays scalar there, and a block of centers does not stay in
registers.

With ``NUMBA_DISABLE_JIT=1`` the same names come from `simd_numpy`, in numpy. With
``KMEANS_CORE_CHECK_LANES=1`` or ``NUMBA_BOUNDSCHECK=1`` loads and stores outside their array raise
IndexError: Numba's own checks do not cover them. ``KMEANS_CORE_LANE_BITS`` forces a width,
``KMEANS_CORE_REGISTERS=32`` the kernels for many registers.

Measured (Zen 4, AVX-512), share of the arithmetic peak of a core: a nearest-center search in this
form 90 to 98%, plain loops over the same panels 40 to 60%.
"""

from __future__ import annotations

import operator
import os
from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model


def _host_features() -> set[str]:
    """Names of the CPU features that Numba compiles for."""
    forced = getattr(config, "CPU_FEATURES", None)
    if forced is not None:
        return {name[1:] for name in forced.split(",") if name.startswith("+")}
    return {name for name, present in llvmlite.binding.get_host_cpu_features().items() if present}


def _lane_bits(features: set[str]) -> dict[int, int]:
    """Bits of a lane vector, by the bytes of a number: one register, but two of AVX2 for float32.

    AVX2 has no instruction operand that is read from memory into every lane: a center has to be
    loaded by itself, and with two registers of rows it serves twice.

    Measured (Zen 3, one thread), two registers against one: 2.9 ms against 5.5 for 1e6 x 4, k=8;
    27 against 32 for 5,000 x 784, k=256.
    """
    forced = os.environ.get("KMEANS_CORE_LANE_BITS")
    if forced:
        return {4: int(forced), 8: int(forced)}
    if "avx512f" in features:
        return {4: 512, 8: 512}
    return {4: 512, 8: 256} if "avx2" in features else {4: 128, 8: 128}


_FEATURES = _host_features()
LANE_BITS = _lane_bits(_FEATURES)
_IS_X86 = llvmlite.binding.get_process_triple().startswith(("x86_64", "i686"))
# 32 registers, where SSE2 and AVX2 have 16: a kernel may keep twice as many values.
MANY_REGISTERS = os.environ.get("KMEANS_CORE_REGISTERS", "") == "32" or (
    not _IS_X86 or "avx512f" in _FEATURES
)
# Without the instruction LLVM would call a library function for every lane.
HAS_FMA = not _IS_X86 or bool({"fma", "avx512f"} & _FEATURES)
CHECKED = os.environ.get("KMEANS_CORE_CHECK_LANES") == "1" or bool(
    getattr(config, "BOUNDSCHECK", 0)
)


def lanes_of(dtype: Any) -> int:
    """How many numbers of this numpy dtype (of 4 or 8 bytes) a lane vector holds."""
    size = np.dtype(dtype).itemsize
    return LANE_BITS[size] // 8 // size


class Lanes(types.Type):
    """`count` numbers of one scalar type in one LLVM vector."""

    def __init__(self, dtype: types.Type, count: int) -> None:
        self.dtype, self.count = dtype, count
        super().__init__(name=f"Lanes({dtype}, {count})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        is_mask = fe_type.dtype == types.boolean  # i1 a lane; in memory a boolean is a byte
        element = ir.IntType(1) if is_mask else dmm.lookup(fe_type.dtype).get_value_type()
        super().__init__(dmm, fe_type, ir.VectorType(element, fe_type.count))


# --- code that is put into the kernel: builder calls, no Python at run time ----------------------


def _spread(builder: Any, scalar: Any, vector: ir.VectorType) -> Any:
    """The scalar in every lane."""
    nothing = ir.Constant(vector, ir.Undefined)
    first = builder.insert_element(nothing, scalar, ir.Constant(ir.IntType(32), 0))
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), vector.count), None)
    return builder.shuffle_vector(first, nothing, zeros)


def _address(
    context: Any, builder: Any, array_type: Any, array: Any, start: Any, vector: Any
) -> Any:
    """Pointer to `vector` at element `start`; in checked mode IndexError outside the array."""
    view = context.make_array(array_type)(context, builder, value=array)
    if CHECKED:
        _check_range(context, builder, start, vector.count, view.nitems)
    return builder.bitcast(builder.gep(view.data, [start]), vector.as_pointer())


def _check_range(context: Any, builder: Any, start: Any, count: int, size: Any) -> None:
    """IndexError unless 0 <= start and start + count <= size."""
    last = builder.add(start, context.get_constant(types.intp, count))
    below = builder.icmp_signed("<", start, context.get_constant(types.intp, 0))
    outside = builder.or_(below, builder.icmp_signed(">", last, size))
    with builder.if_then(outside, likely=False):
        message = (f"{count} lanes reach outside the array",)
        context.call_conv.return_user_exc(builder, IndexError, message)


def _vector_call(builder: Any, name: str, result: ir.VectorType, arguments: list) -> Any:
    """Call LLVM's intrinsic `name` for vectors of this type."""
    letter = "f32" if isinstance(result.element, ir.FloatType) else "f64"
    function_type = ir.FunctionType(result, [result] * len(arguments))
    full_name = f"llvm.{name}.v{result.count}{letter}"
    function = cgutils.get_or_insert_function(builder.module, function_type, full_name)
    return builder.call(function, arguments)


def _is_flat(array: Any) -> bool:
    return isinstance(array, types.Array) and array.layout == "C"


# --- memory --------------------------------------------------------------------------------------


@intrinsic
def lane_count(typingctx, array):
    """Lanes of a register of this array's dtype: a constant in the compiled code."""
    count = lanes_of(str(array.dtype))

    def codegen(context, builder, sig, args):
        return context.get_constant(types.intp, count)

    return types.intp(array), codegen


def _load_signature(array: Any, count: int) -> tuple[Any, Callable]:
    def codegen(context, builder, sig, args):
        vector = context.get_value_type(sig.return_type)
        pointer = _address(context, builder, sig.args[0], args[0], args[1], vector)
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return Lanes(array.dtype, count), codegen


@intrinsic
def load(typingctx, array, start):
    """One register of consecutive elements of a C-ordered array, from flat position `start`."""
    if not _is_flat(array):
        return None
    result, codegen = _load_signature(array, lanes_of(str(array.dtype)))
    return result(array, types.intp), codegen


@intrinsic
def broadcast(typingctx, array, position):
    """One element of a C-ordered array, at a flat position, in every lane of a register.

    Unlike ``array[position]`` it spends nothing on negative positions.
    """
    if not _is_flat(array):
        return None

    def codegen(context, builder, sig, args):
        one = ir.VectorType(context.get_value_type(array.dtype), 1)
        pointer = _address(context, builder, sig.args[0], args[0], args[1], one)
        scalar = builder.bitcast(pointer, one.element.as_pointer())
        value = builder.load(scalar, align=array.dtype.bitwidth // 8)
        return _spread(builder, value, context.get_value_type(sig.return_type))

    return Lanes(array.dtype, lanes_of(str(array.dtype)))(array, types.intp), codegen


@intrinsic
def load_like(typingctx, array, start, other):
    """As `load`, with as many lanes as `other` has: integers beside floats of another size."""
    if not _is_flat(array):
        return None
    result, codegen = _load_signature(array, other.count)
    return result(array, types.intp, other), codegen


@intrinsic
def load_wide(typingctx, array, start):
    """One register of float64 from as many consecutive elements of a float32 or float64 array."""
    if not _is_flat(array):
        return None
    count = lanes_of("float64")

    def codegen(context, builder, sig, args):
        element = context.get_value_type(array.dtype)
        vector = ir.VectorType(element, count)
        pointer = _address(context, builder, sig.args[0], args[0], args[1], vector)
        value = builder.load(pointer, align=array.dtype.bitwidth // 8)
        wide = context.get_value_type(sig.return_type)
        return value if element == wide.element else builder.fpext(value, wide)

    return Lanes(types.float64, count)(array, types.intp), codegen


@intrinsic
def gather(typingctx, array, positions):
    """array[positions[lane]] in each lane; `positions` are int32, flat, not negative."""
    if not _is_flat(array) or positions.dtype != types.int32:
        return None

    def codegen(context, builder, sig, args):
        view = context.make_array(sig.args[0])(context, builder, value=args[0])
        result = context.get_value_type(sig.return_type)
        value = ir.Constant(result, ir.Undefined)
        for number in range(result.count):
            lane = ir.Constant(ir.IntType(32), number)
            position = builder.zext(builder.extract_element(args[1], lane), ir.IntType(64))
            if CHECKED:
                _check_range(context, builder, position, 1, view.nitems)
            element = builder.load(builder.gep(view.data, [position]))
            value = builder.insert_element(value, element, lane)
        return value

    return Lanes(array.dtype, positions.count)(array, positions), codegen


@intrinsic
def prefetch(typingctx, array, position):
    """Fetch the cache line of this element. It is a hint, so the position is not checked."""
    if not _is_flat(array):
        return None

    def codegen(context, builder, sig, args):
        view = context.make_array(sig.args[0])(context, builder, value=args[0])
        byte, i32 = ir.IntType(8).as_pointer(), ir.IntType(32)
        function_type = ir.FunctionType(ir.VoidType(), [byte, i32, i32, i32])
        function = cgutils.get_or_insert_function(
            builder.module, function_type, "llvm.prefetch.p0i8"
        )
        pointer = builder.bitcast(builder.gep(view.data, [args[1]]), byte)
        builder.call(function, [pointer, i32(0), i32(3), i32(1)])  # to read, keep, data
        return context.get_dummy_value()

    return types.void(array, types.intp), codegen


@intrinsic
def keep_order(typingctx):
    """No load that stands after this in the kernel is made before it.

    LLVM unrolls short loops and loads early for the next round. In a kernel that uses every
    register, others are then spilled to make room.
    """

    def codegen(context, builder, sig, args):
        builder.asm(ir.FunctionType(ir.VoidType(), []), "", "~{memory}", [], True)
        return context.get_dummy_value()

    return types.void(), codegen


@intrinsic
def widen(typingctx, a):
    """The same lanes as float64."""

    def codegen(context, builder, sig, args):
        wide = context.get_value_type(sig.return_type)
        return args[0] if args[0].type == wide else builder.fpext(args[0], wide)

    return Lanes(types.float64, a.count)(a), codegen


@intrinsic
def store(typingctx, array, start, lanes):
    """Write the lanes to consecutive elements of a C-ordered array, from flat position `start`."""
    if not _is_flat(array) or array.dtype != lanes.dtype:
        return None

    def codegen(context, builder, sig, args):
        vector = context.get_value_type(sig.args[2])
        pointer = _address(context, builder, sig.args[0], args[0], args[1], vector)
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), codegen


@intrinsic
def splat(typingctx, scalar, array):
    """The scalar in as many lanes as a register of this array's dtype has."""
    return _splat_signature(scalar, array, lanes_of(str(array.dtype)))


@intrinsic
def splat_like(typingctx, scalar, other):
    """The scalar in as many lanes as `other` has."""
    return _splat_signature(scalar, other, other.count)


def _splat_signature(scalar: Any, other: Any, count: int) -> tuple[Any, Callable]:
    def codegen(context, builder, sig, args):
        return _spread(builder, args[0], context.get_value_type(sig.return_type))

    return Lanes(types.unliteral(scalar), count)(types.unliteral(scalar), other), codegen


# --- arithmetic ----------------------------------------------------------------------------------


@intrinsic
def fma(typingctx, a, b, c):
    """a * b + c, rounded once where the CPU can."""

    def codegen(context, builder, sig, args):
        if not HAS_FMA:
            return builder.fadd(builder.fmul(args[0], args[1]), args[2])
        return _vector_call(builder, "fma", context.get_value_type(sig.return_type), args)

    return a(a, a, a), codegen


@intrinsic
def sqrt(typingctx, a):
    """Square root of each lane, correctly rounded."""

    def codegen(context, builder, sig, args):
        return _vector_call(builder, "sqrt", context.get_value_type(sig.return_type), args)

    return a(a), codegen


@intrinsic
def bits_of(typingctx, a):
    """The bits of lanes of float32, as int32."""

    def codegen(context, builder, sig, args):
        return builder.bitcast(args[0], context.get_value_type(sig.return_type))

    return Lanes(types.int32, a.count)(Lanes(types.float32, a.count)), codegen


@intrinsic
def from_bits(typingctx, a):
    """Lanes of float32 that have these bits."""

    def codegen(context, builder, sig, args):
        return builder.bitcast(args[0], context.get_value_type(sig.return_type))

    return Lanes(types.float32, a.count)(Lanes(types.int32, a.count)), codegen


@intrinsic
def select(typingctx, mask, a, b):
    """Lane by lane: `a` where the mask is true, else `b`."""

    def codegen(context, builder, sig, args):
        return builder.select(*args)

    return a(mask, a, a), codegen


@intrinsic
def minimum(typingctx, a, b):
    """Lane by lane the smaller one; `b` where they are equal or one is NaN."""

    def codegen(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return a(a, a), codegen


@intrinsic
def maximum(typingctx, a, b):
    """Lane by lane the larger one; `b` where they are equal or one is NaN."""

    def codegen(context, builder, sig, args):
        return builder.select(builder.fcmp_ordered(">", *args), *args)

    return a(a, a), codegen


# --- from lanes to one value ---------------------------------------------------------------------


@intrinsic
def put(typingctx, a, lane, scalar):
    """The same lanes but for one, which becomes `scalar`."""

    def codegen(context, builder, sig, args):
        return builder.insert_element(args[0], args[2], args[1])

    return a(a, types.intp, a.dtype), codegen


@intrinsic
def any_lane(typingctx, mask):
    """True if the mask is true in one lane or more."""

    def codegen(context, builder, sig, args):
        bits = builder.bitcast(args[0], ir.IntType(mask.count))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(mask), codegen


@intrinsic
def count_lanes(typingctx, mask):
    """Number of lanes in which the mask is true."""

    def codegen(context, builder, sig, args):
        bits = builder.bitcast(args[0], ir.IntType(mask.count))
        return builder.zext(builder.ctpop(bits), ir.IntType(64))

    return types.int64(mask), codegen


@intrinsic
def lane_bits(typingctx, mask):
    """The mask as an integer: bit `lane` is 1 where it is true.

    For visiting the few true lanes of a mask: ``mask[lane]`` in a loop unpacks it every time.
    """

    def codegen(context, builder, sig, args):
        bits = builder.bitcast(args[0], ir.IntType(mask.count))
        return builder.zext(bits, ir.IntType(64))

    return types.int64(mask), codegen


@intrinsic
def lowest_bit(typingctx, bits):
    """Position of the lowest 1 of an int64 from `lane_bits`, not 0: the first true lane."""

    def codegen(context, builder, sig, args):
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.int64), codegen


@intrinsic
def count_bits(typingctx, bits):
    """Number of 1s in an int64 from `lane_bits`."""

    def codegen(context, builder, sig, args):
        return builder.ctpop(args[0])

    return types.int64(types.int64), codegen


@intrinsic
def sum_lanes(typingctx, a):
    """Sum of the lanes by halves (0+4, 1+5 ...): one fixed order."""

    def codegen(context, builder, sig, args):
        return _fold(builder, args[0], builder.fadd)

    return a.dtype(a), codegen


@intrinsic
def min_lanes(typingctx, a):
    """Smallest of the lanes."""

    def codegen(context, builder, sig, args):
        def smaller(x, y):
            return builder.select(builder.fcmp_ordered("<", x, y), x, y)

        return _fold(builder, args[0], smaller)

    return a.dtype(a), codegen


@intrinsic
def max_lanes(typingctx, a):
    """Largest of the lanes."""

    def codegen(context, builder, sig, args):
        def larger(x, y):
            return builder.select(builder.fcmp_ordered(">", x, y), x, y)

        return _fold(builder, args[0], larger)

    return a.dtype(a), codegen


def _fold(builder: Any, vector: Any, combine: Callable) -> Any:
    """Combine the upper half of the lanes with the lower one until one lane is left."""
    count = vector.type.count
    while count > 1:
        count //= 2
        halves = []
        for start in (0, count):
            indices = [ir.Constant(ir.IntType(32), start + i) for i in range(count)]
            mask = ir.Constant(ir.VectorType(ir.IntType(32), count), indices)
            halves.append(builder.shuffle_vector(vector, vector, mask))
        vector = combine(*halves)
    return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))


# --- operators: lanes with lanes, or lanes with a scalar of the same type ------------------------


def _operand(context: Any, builder: Any, value: Any, value_type: Any, lanes: Lanes) -> Any:
    """A lane vector as it is; a scalar cast to the lanes' type and put in every lane."""
    if isinstance(value_type, Lanes):
        return value
    scalar = context.cast(builder, value, value_type, lanes.dtype)
    return _spread(builder, scalar, context.get_value_type(lanes))


def _define_operator(symbol: Callable, floats: str, integers: str, *, makes_mask: bool) -> None:
    """Define `symbol` for lanes: how Numba types it and which instruction it becomes."""

    @infer_global(symbol)
    class _Typing(AbstractTemplate):
        def generic(self, args, kws):
            lanes = next((a for a in args if isinstance(a, Lanes)), None)
            if lanes is None or len(args) != 2:
                return None
            if not all(a == lanes or isinstance(a, types.Number) for a in args):
                return None
            result = Lanes(types.boolean, lanes.count) if makes_mask else lanes
            return signature(result, *args)

    def lower(context, builder, sig, args):
        lanes = next(a for a in sig.args if isinstance(a, Lanes))
        left, right = (
            _operand(context, builder, value, kind, lanes)
            for value, kind in zip(args, sig.args, strict=True)
        )
        is_float = isinstance(lanes.dtype, types.Float)
        if makes_mask:
            if is_float:
                ordered = builder.fcmp_unordered if floats == "!=" else builder.fcmp_ordered
                return ordered(floats, left, right)
            return builder.icmp_signed(floats, left, right)
        return getattr(builder, floats if is_float else integers)(left, right)

    for pair in ((Lanes, Lanes), (Lanes, types.Number), (types.Number, Lanes)):
        lower_builtin(symbol, *pair)(lower)


_define_operator(operator.add, "fadd", "add", makes_mask=False)
_define_operator(operator.sub, "fsub", "sub", makes_mask=False)
_define_operator(operator.mul, "fmul", "mul", makes_mask=False)
_define_operator(operator.and_, "", "and_", makes_mask=False)
_define_operator(operator.or_, "", "or_", makes_mask=False)
for _symbol, _name in ((operator.lt, "<"), (operator.le, "<="), (operator.ne, "!=")):
    _define_operator(_symbol, _name, _name, makes_mask=True)


@infer_global(operator.getitem)
class _LaneTyping(AbstractTemplate):
    def generic(self, args, kws):
        if isinstance(args[0], Lanes) and isinstance(args[1], types.Integer):
            return signature(args[0].dtype, args[0], types.intp)
        return None


@lower_builtin(operator.getitem, Lanes, types.Integer)
def _lower_lane(context, builder, sig, args):
    return builder.extract_element(args[0], args[1])


if getattr(config, "DISABLE_JIT", 0):
    from kmeans_core.engine import simd_numpy

    simd_numpy.use_widths(LANE_BITS)
    globals().update({name: getattr(simd_numpy, name) for name in simd_numpy.__all__})
