"""For how long what is kept, and what a wrong rule is told."""

from __future__ import annotations

import pytest

from media_vm.rules.pictures import DataType, Source
from media_vm.rules.retention import Area, Retention, retention_of

RULES = "originals=1000,originals.event=365,originals.upload=30,originals.upload.profile=730,originals.logo=ever"


@pytest.mark.parametrize(
    ("area", "source", "data_type", "expected"),
    [
        (Area.ORIGINALS, Source.MAIN_API, DataType.PRODUCT, 1000),
        (Area.ORIGINALS, Source.MAIN_API, DataType.EVENT, 365),
        (Area.ORIGINALS, Source.UPLOAD, DataType.PRODUCT, 30),
        (Area.ORIGINALS, Source.UPLOAD, DataType.EVENT, 365),
        (Area.ORIGINALS, Source.UPLOAD, DataType.PROFILE, 730),
        (Area.ORIGINALS, Source.UPLOAD, DataType.LOGO, None),
        (Area.QUARANTINE, None, None, 90),
    ],
)
def test_the_closest_rule_counts(
    area: Area, source: Source | None, data_type: DataType | None, expected: int | None
) -> None:
    """Both names before a type, a type before a door, a door before none; order does not matter."""
    backwards = ",".join(reversed(RULES.split(",")))

    assert [expected] * 2 == [retention_of(one).days(area, source, data_type) for one in (RULES, backwards)]


def test_by_default_only_quarantine_ends() -> None:
    """Originals are kept for ever (contract §10)."""
    assert "originals=ever,quarantine=90" == str(Retention()) == str(retention_of(""))
    assert Retention().days(Area.ORIGINALS, Source.MAIN_API, DataType.EVENT) is None


def test_a_rule_takes_the_place_of_a_default() -> None:
    """And may be read back."""
    read = retention_of("Quarantine = ever")

    assert read.days(Area.QUARANTINE, None, None) is None
    assert read == retention_of(str(read))


def test_everything_wrong_is_said_at_once() -> None:
    """Each rule by its own words."""
    with pytest.raises(ValueError, match="not kept") as error:
        retention_of("bulk=3,originals.evnt=3,originals.event.logo=3,quarantine=0,quarantine=5,quarantine=6")

    told = str(error.value).split("; ")
    assert 5 == len([one for one in told if "=" in one])
    assert "quarantine=6 says twice what is kept" == told[-1]


@pytest.mark.parametrize("days", ["", "0", "-1", "1.5", "36501", "²", "for ever"])
def test_days_are_days(days: str) -> None:
    """From one to a hundred years, or `ever`."""
    with pytest.raises(ValueError, match="a number of days from 1 to 36500"):
        retention_of(f"originals={days}")
