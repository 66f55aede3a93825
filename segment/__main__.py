"""The console command: `main` turns every error into one line and an exit code."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

from segment.errors import SegmentError, extra_missing
from segment.tables.redact import hide


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line: 0 done, 2 bad usage or input, 130 interrupted, 1 our fault.

    Parameters
    ----------
    argv : sequence of str, optional
        The arguments without the program's name; by default those of this process.
    """
    try:
        from segment.cli.app import run_command

        return run_command(sys.argv[1:] if argv is None else list(argv))
    except ModuleNotFoundError as error:
        missing = extra_missing(error)
        if missing is None:
            raise
        return _say(missing, 2)
    except SegmentError as error:
        return _say(hide(str(error)), 2)
    except KeyboardInterrupt:
        return _say("interrupted; nothing was left half-written", 130)
    except BrokenPipeError:  # `segment run ... | head`: the reader has closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:
        print(hide(traceback.format_exc()), end="", file=sys.stderr)
        return _say("this is a fault in segment, not in your table; please report the above", 1)


def _say(message: str, code: int) -> int:
    print(f"segment: {message}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
