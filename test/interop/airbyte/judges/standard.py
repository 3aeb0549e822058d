"""airbyte-cdk's standard test suite, which drives the executable through the shim in `standard_tests`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml
from pathlib import Path

from interop.paths import ROOT
from interop.sandbox import Sandbox
from judges.tools import Case, judge

SUITE = Path(__file__).resolve().parent.parent / "standard_tests"
ACCEPTANCE = "test/fixtures/airbyte/acceptance"
# What a later version of the suite will not let pass.
ADVICE = "error::airbyte_cdk.test.standard_tests._catalog_checks.DiscoveredCatalogWarning"
# As the committed configuration has them.
TOKEN, ADDRESS = "acceptance-test-token", "http://127.0.0.1:8930"


@judge("standard", "airbyte-cdk")
def work(case: Case) -> None:
    root = case.folder / "connector" / "source-circle"
    (root / ACCEPTANCE).mkdir(parents=True)
    for name in ("acceptance-test-config.yml", "metadata.yaml"):
        shutil.copy(ROOT / name, root / name)
    with Sandbox("--events", "600", "--visits", "200", "--token", TOKEN) as sandbox:
        for file in (ROOT / ACCEPTANCE).glob("*.json"):
            (root / ACCEPTANCE / file.name).write_text(file.read_text("utf-8").replace(ADDRESS, sandbox.url), "utf-8")
        results = case.folder / "results.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-p",
            "no:cacheprovider",
            "-q",
            "-m",
            "not image_tests",
            "-W",
            ADVICE,
        ]
        env = {**os.environ, "CONNECTOR_ROOT": str(root), "CONNECTOR": str(case.source)}
        done = subprocess.run(
            [*command, f"--junitxml={results}", f"--rootdir={SUITE}", str(SUITE)],
            env=env,
            stdout=sys.stderr,
            check=False,
        )
    case.outcome.equal(done.returncode, 0, "pytest")
    tests = list(xml.parse(results).iter("testcase"))
    skipped: list[str] = []
    for test in tests:
        name = test.get("name", "?")
        failure = test.find("failure") if test.find("failure") is not None else test.find("error")
        if test.find("skipped") is not None:
            skipped.append(name)
        elif failure is None:
            case.outcome.passed += 1
        else:
            case.outcome.misses.append(f"{name}: {(failure.get('message') or '')[:400]}")
    case.outcome.check(case.outcome.passed > 8, f"only {case.outcome.passed} tests were run")
    case.numbers["tests"] = f"{len(tests)}, of which {len(skipped)} do not apply ({', '.join(sorted(set(skipped)))})"


if __name__ == "__main__":
    work()
