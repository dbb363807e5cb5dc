"""What `import rota` gives, and what it costs."""

import subprocess
import sys

import pytest

import rota

HEAVY = ("pydantic", "sqlalchemy", "alembic", "psutil", "structlog", "click", "rota.sdk")


def test_every_public_name_is_there_and_documented():
    for name in rota.__all__:
        assert getattr(rota, name).__doc__, name
    assert set(rota.__all__) <= set(dir(rota))


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'rota' has no attribute 'jbo'"):
        _ = rota.jbo  # type: ignore[attr-defined]


def test_importing_rota_loads_nothing_heavy():
    code = f"import sys, rota; print([name for name in {HEAVY!r} if name in sys.modules])"
    assert _runs(code) == "[]"


def test_a_module_of_jobs_does_not_load_pydantic_or_sqlalchemy():
    code = "import sys; from rota import job, JobContext; "
    assert _runs(code + f"print([name for name in {HEAVY[:-1]!r} if name in sys.modules])") == "[]"


def test_importing_rota_takes_less_than_40_ms():
    # Of a processor: a busy machine makes everything wait, and nothing dearer.
    def least_of_5(code: str) -> float:
        return min(float(_runs(f"{code}\nimport time\nprint(time.process_time())")) for _ in range(5))

    assert least_of_5("import rota") - least_of_5("pass") < 0.040


def _runs(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.strip()
