"""How far, and how many contacts: the same with one sensor a leg and with two."""

from dataclasses import replace

import pytest

from dsp.mount import Mount
from dsp.stride import Stride
from kneeload.review.contacts import foot_contacts
from kneeload.review.distance import Distance, distance, distance_text
from kneeload.review.head_section import head_section
from tests.sample_run import sample_run_data, sample_strides

__all__: list[str] = []

SHOE = Mount.LEFT_SHOE


def strides(mount: Mount, *, running_m: float = 2.0, walking_m: float = 1.4) -> list[Stride]:
    length_m = {"run": running_m, "walk": walking_m}
    return [replace(s, stride_length_m=length_m[s.activity]) for s in sample_strides(mount)]


def without(known: list[Stride], *, every: int, gait: str) -> list[Stride]:
    return [
        replace(s, stride_length_m=None) if n % every and s.activity == gait else s
        for n, s in enumerate(known)
    ]


def test_strides_without_a_length_are_as_long_as_the_others_of_their_gait() -> None:
    whole = strides(SHOE)
    full = distance(whole)
    assert full is not None
    assert (full.mount, full.known, full.strides) == (SHOE, len(whole), len(whole))
    assert full.metres == pytest.approx(sum(s.stride_length_m or 0 for s in whole))
    torn = distance(without(whole, every=2, gait="run"))
    assert torn is not None
    assert torn.metres == pytest.approx(full.metres)
    assert full.strides / 2 <= torn.known < full.strides


def test_a_gait_of_which_no_length_is_known_takes_the_others() -> None:
    first = [replace(s, stride_length_m=None) if s.activity == "walk" else s for s in strides(SHOE)]
    far = distance(first)
    assert far is not None
    assert far.metres == pytest.approx(2.0 * len(first))


def test_with_fewer_than_half_of_the_lengths_none_is_told() -> None:
    assert distance(without(strides(SHOE), every=3, gait="run")) is None
    assert distance([]) is None
    assert distance(sample_strides(SHOE)) is None


def test_a_shoe_speaks_for_distance_before_a_shin() -> None:
    shoe, shin = strides(SHOE)[:-2], strides(Mount.RIGHT_SHIN, running_m=2.2)
    far = distance([*shin, *shoe])
    assert far is not None
    assert far.mount is SHOE
    far = distance([*shin, *without(shoe, every=3, gait="run")])
    assert far is not None
    assert far.mount is Mount.RIGHT_SHIN


@pytest.mark.parametrize(
    ("metres", "said"), [(313.0, "about 310 m"), (1604.0, "about 1.6 km"), (12_340.0, "about 12.3 km")]
)
def test_a_distance_is_told_no_finer_than_it_is_known(metres: float, said: str) -> None:
    assert distance_text(Distance(metres, SHOE, 9, 10)) == said
    assert distance_text(None) == "not measured"


def test_how_many_lengths_are_known_stands_under_the_distance() -> None:
    known = without(strides(SHOE), every=2, gait="run")
    text = head_section(sample_run_data(strides=tuple(known)), alerts=0)
    count = sum(s.stride_length_m is not None for s in known)
    assert f"<small>length known of {count} of {len(known)} strides, left shoe</small>" in text


def test_two_sensors_on_a_leg_feel_the_same_contacts() -> None:
    left = sample_strides(Mount.LEFT_SHIN)
    assert foot_contacts([*left, *sample_strides(SHOE)[:-5]]) == {"left": len(left)}
    four = head_section(sample_run_data(tuple(Mount)), alerts=0)
    found = {mount: len(sample_strides(mount)) for mount in Mount}
    left_most, right_most = (max(found[m] for m in Mount if m.side == side) for side in ("left", "right"))
    said = f"{left_most + right_most}<small>{left_most} left + {right_most} right</small>"
    assert f"<dt>Foot contacts</dt><dd>{said}</dd>" in four
    one = head_section(sample_run_data(strides=tuple(left), health=()), alerts=0)
    assert f"<dt>Strides, left</dt><dd>{len(left)}</dd>" in one
