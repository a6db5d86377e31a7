import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import pyracing as pr

DATA = Path(__file__).parent / ".." / ".." / "shared" / "data"

settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", deadline=None, max_examples=2000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of published timing files."""
    if not DATA.is_dir():
        pytest.skip("the corpus of published files is not here")
    return DATA


@pytest.fixture(scope="session")
def le_mans(data: Path) -> pr.Session:
    return pr.read(data / "wec" / "2024" / "le_mans_24h.csv")


@pytest.fixture(scope="session")
def simulation() -> pr.Simulation:
    """Twelve cars of three classes in two hours, with stops, yellow flags and decisions of the stewards."""
    return pr.simulate(seed=3, hours=2, cars=12)


@pytest.fixture(scope="session")
def race(simulation: pr.Simulation) -> pr.Session:
    return simulation.session
