"""The shop: latencies of eleven services that follow known formulas, and requests in which the caching service is slow."""

import numpy
import pytest

import etiology

CALLS = [
    ("Website", "www"),
    ("www", "Auth Service"),
    ("www", "API"),
    ("Auth Service", "Customer DB"),
    ("API", "Customer DB"),
    ("API", "Product Service"),
    ("API", "Auth Service"),
    ("API", "Order Service"),
    ("Product Service", "Shipping Cost Service"),
    ("Product Service", "Caching Service"),
    ("Caching Service", "Product DB"),
    ("Product Service", "Customer DB"),
    ("Order Service", "Order DB"),
]


def requests(count, seed, slower=0.0):
    """A column of seconds for each service."""
    random = numpy.random.default_rng(seed)
    own = lambda mean: random.exponential(mean, count)  # noqa: E731
    column = {"Customer DB": 0.1 + own(0.05), "Product DB": 0.1 + own(0.05), "Order DB": 0.1 + own(0.05), "Shipping Cost Service": 0.1 + own(0.05)}
    column["Caching Service"] = column["Product DB"] + 0.05 + own(0.05) + slower
    column["Order Service"] = column["Order DB"] + own(0.1)
    column["Auth Service"] = column["Customer DB"] + own(0.1)
    column["Product Service"] = column["Shipping Cost Service"] + column["Caching Service"] + column["Customer DB"] + own(0.1)
    column["API"] = column["Customer DB"] + column["Product Service"] + column["Auth Service"] + column["Order Service"] + own(0.1)
    column["www"] = column["Auth Service"] + column["API"] + own(0.1)
    column["Website"] = column["www"] + own(0.1)
    return column


@pytest.fixture(scope="session")
def graph():
    return etiology.CausalGraph.from_call_graph(CALLS)


@pytest.fixture(scope="session")
def normal():
    return requests(1000, 1)


@pytest.fixture(scope="session")
def slow():
    return requests(5, 2, slower=2.0)


@pytest.fixture(scope="session")
def event(slow):
    return {name: float(column[0]) for name, column in slow.items()}


@pytest.fixture(scope="session")
def unfitted(graph, normal):
    return etiology.StructuralCausalModel(graph).assign_mechanisms(normal, search="linear")


@pytest.fixture(scope="session")
def model(unfitted, normal):
    return unfitted.fit(normal)
