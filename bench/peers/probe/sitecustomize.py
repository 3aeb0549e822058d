"""Python imports this by itself when it starts: writes peak memory and CPU time down when the process ends."""

import atexit
import json
import os
import re
import resource
from pathlib import Path


def _write() -> None:
    status = Path("/proc/self/status").read_text("utf-8")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    figures = {
        "peakKilobytes": int(found.group(1)) if found else 0,
        "userSeconds": usage.ru_utime,
        "systemSeconds": usage.ru_stime,
    }
    Path(os.environ["BENCH_PROBE_FILE"]).write_text(json.dumps(figures), "utf-8")


if "BENCH_PROBE_FILE" in os.environ:
    atexit.register(_write)
