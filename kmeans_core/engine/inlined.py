"""How functions that only kernels call are compiled: as far as the kernels need them, no further.

Numba compiles a function that another one calls as if it stood alone: it optimises it twice and
makes machine code of it, then links what it has optimised into the caller and optimises that.
Functions that are always inlined need none of this. Left out, a first fit compiles in two thirds
of the time (Numba 0.68).
"""

from __future__ import annotations

from typing import Any

from numba.core import types
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import Compiler


class InlinedLibrary(JITCodeLibrary):
    """Code that waits to be linked into a kernel; there is nothing to run before that.

    Written beside Numba 0.61 and 0.68, whose `CPUCodeLibrary.finalize` links, optimises, verifies
    and hands the code to the engine; here it only links.
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
        return self  # Numba asks for it to call `set_env`, and for nothing else

    def set_env(self, env_name: str, env: Any) -> None:
        """An environment is what machine code finds Python's objects by; there is no such code."""


class InlinedCompiler(Compiler):
    """Numba's pipeline, with the code of a function put into an `InlinedLibrary`."""

    def compile_extra(self, func: Any) -> Any:
        library = InlinedLibrary(self.state.targetctx.codegen(), func.__qualname__)
        library.enable_object_caching()
        self.state.library = library
        return super().compile_extra(func)


def once_for_integers(dispatcher: Any) -> None:
    """Compile a function for int64, not again for int32 and for each constant it is called with."""
    call_template = dispatcher.get_call_template

    def get_call_template(args: Any, kws: Any) -> Any:
        return call_template([_wide(kind) for kind in args], {k: _wide(kws[k]) for k in kws})

    dispatcher.get_call_template = get_call_template


def _wide(kind: Any) -> Any:
    plain = types.unliteral(kind)
    return types.int64 if plain in types.signed_domain else plain
