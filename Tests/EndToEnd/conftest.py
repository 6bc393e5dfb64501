"""What the end-to-end tests share. Processes end with the test that started them, also when it fails."""

import pytest

from service import BINARY, Browser, Destination, Service


@pytest.fixture
def services(tmp_path):
    """Makes services; none of them outlives the test."""
    assert BINARY.exists(), f"{BINARY} is not there: swift build --product vendange, or set VENDANGE_BINARY"
    made = []

    def make(name=None, **options):
        made.append(Service(tmp_path / (name or f"service{len(made)}"), **options))
        return made[-1]

    yield make
    for service in made:
        service.close()
        print(f"--- {service.output}\n{service.tail()}")


@pytest.fixture
def destination():
    """A receiver of notifications that is not started yet."""
    made = Destination()
    yield made
    made.close()


@pytest.fixture
def browsers():
    """Makes browsers of a service."""
    made = []

    def make(service, **options):
        made.append(Browser(service, **options))
        return made[-1]

    yield make
    for browser in made:
        browser.close()


@pytest.fixture
def service(services):
    """One service with the defaults, started."""
    return services().start()
