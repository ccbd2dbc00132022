"""`memberline bench [NAME]`: runs the benchmarks of a checkout; each prints ratios to a baseline of the same run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

from gateway.errors import MemberlineError

CHECKOUT = Path(__file__).parent.parent.parent
BENCHES = {
    name: name.replace("-", "_")
    for name in (
        "call-step",
        "footprint",
        "audience",
        "keys",
        "rollup",
        "console",
        "reach",
        "plan",
        "claim",
        "results",
        "broadcast",
        "beside",
        "receipts",
        "memory",
        "flow-engine",
        "sound",
    )
}
BENCHES["import"] = "member_import"


@click.command()
@click.argument("name", required=False)
@click.option(
    "--population",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="reach: these people (JSON) instead of those that come with it.",
)
def bench(name: str | None, population: Path | None) -> None:
    """Run one benchmark, or all."""
    if population is not None and name != "reach":
        raise click.UsageError("--population belongs to bench reach")
    if name is not None and name not in BENCHES:
        raise click.UsageError(f"there is no benchmark {name}; known: {', '.join(BENCHES)}")
    if not (CHECKOUT / "tests" / "bench").is_dir():
        raise MemberlineError("benchmarks need a checkout of the source")
    more = ["--population", str(population.resolve())] if population else []
    for each in [name] if name else BENCHES:
        module = f"tests.bench.{BENCHES[each]}"
        ran = subprocess.run([sys.executable, "-m", module, *more], cwd=CHECKOUT, check=False)
        if ran.returncode:
            raise SystemExit(1)
