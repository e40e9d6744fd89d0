"""A confidence means how often such readings are right."""

import pytest

from twat_vision.pipeline.calibration import Basis, Grounds, calibrated


@pytest.mark.parametrize("basis", list(Basis))
def test_it_keeps_the_order_and_the_range(basis: Basis) -> None:
    scaled = [calibrated(Grounds(basis, raw)) for raw in (0.0, 0.2, 0.5, 0.8, 0.99, 1.0)]
    assert scaled == sorted(scaled)
    assert 0 <= scaled[0] < 0.1 and 0.99 < scaled[-1] <= 1


def test_what_is_left_unexplained_lowers_it() -> None:
    sure = [calibrated(Grounds(Basis.STATE, 0.9, nats)) for nats in (0.0, 1.0, 3.0)]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] > sure[1] + 0.005 > sure[2] + 0.01
