"""Whoever dies at any step, once or several times, loses nothing and says nothing twice."""

import pytest

from tests.crash.platforms import PLATFORMS
from tests.crash.points import Alone, Lives, Verdict, runner
from tests.crash.scenes import SCENES, Scene
from tests.crash.walk import walk
from tests.needs import need, seed, share

FULL = 2_400  # points of each scene, on both platforms
SLOW = 320  # points on PostgreSQL, where each life is lived from its beginning

each_scene = pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)


def wrong(points: int, *scenes: Scene, database: str = "sqlite") -> list[Verdict]:
    where = [(scene, platform) for scene in scenes for platform in PLATFORMS]
    return [each for each in walk(points, seed(), database, where) if each.breaches]


@each_scene
def test_dying_anywhere_loses_and_doubles_nothing(scene: Scene) -> None:
    assert wrong(share(FULL), scene) == []


@pytest.mark.thorough
def test_nor_on_postgresql() -> None:
    need("postgresql")

    assert wrong(share(SLOW), *SCENES[seed() % 3 :: 3], database="postgresql") == []


@pytest.mark.thorough
def test_a_life_that_goes_on_from_what_is_left_is_as_one_lived_from_the_start() -> None:
    """Also how many fault points it passes: what is drawn means the same in both."""
    scene = next(each for each in SCENES if each.name == "requested")
    paths = [(9,), (20, 5), (28, 9), (30, 14, 3), (38, 20, 6)]
    for platform in PLATFORMS:
        with runner() as run:
            lives, alone = Lives(scene, platform, run), Alone(scene, platform, run, "sqlite")

            assert sorted(lives.verdicts(paths), key=lambda x: x.path) == [*alone.verdicts(paths)]
            lives.close()
