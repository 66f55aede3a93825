"""How functions that only kernels call are compiled: as far as the kernels need them, no further.

Numba compiles a function that another one calls as if it stood alone: it optimises it twice, makes
machine code of it, links the optimised form into the caller and optimises that. A function that is
always inlined needs none of these steps but the link.

Measured (Numba 0.68): without them a first fit compiles in two thirds of the time.
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class _InlinedLibrary(JITCodeLibrary):
    """Code that is linked into a kernel later, and cannot run before.

    Numba's `CPUCodeLibrary.finalize` (0.61 to 0.68) links, optimises, verifies and passes the code
    to the engine; this one only links.
    """

    def finalize(self) -> None:
        for library in dict.fromkeys(self._linking_libraries):
            code = library._get_module_for_linking()
            self._final_module.link_in(code, preserve=True)
        self._finalized = True

    def get_pointer_to_function(self, name: str) -> int:
        self._ensure_finalized()
        return 0  # as for any function without a wrapper for Python

    @property
    def codegen(self) -> Any:
        return self  # Numba reads it to call `set_env`, and for nothing else

    def set_env(self, env_name: str, env: Any) -> None:
        """Do nothing: an environment holds Python objects for machine code, and there is none."""


class InlinedCompiler(Compiler):
    """Numba's pipeline, with the code of a function put into an `_InlinedLibrary`."""

    def compile_extra(self, func: Any) -> Any:
        library = _InlinedLibrary(self.state.targetctx.codegen(), func.__qualname__)
        library.enable_object_caching()
        self.state.library = library
        return super().compile_extra(func)


def once_for_integers(dispatcher: Any) -> None:
    """Compile a function once for int64, in place of int32 and every constant argument too."""
    call_template = dispatcher.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        return call_template([_wide(kind) for kind in args], {k: _wide(kws[k]) for k in kws})

    dispatcher.get_call_template = get_call_template


def _wide(kind: Any) -> Any:
    plain = types.unliteral(kind)
    return types.int64 if plain in types.signed_domain else plain
