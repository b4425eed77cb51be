"""Files brought to a form in the playground: handed to the core, which alone keeps them."""

from collections.abc import Iterator

import httpx
import pytest

from adapters.playground.cast import PLATFORM, REALM
from bot.events import FormSubmitted
from tests.playground.stage import LARGEST, Stage, person, stage

PDF = b"%PDF-1.7 \x00\xff"
BYTES = {"content-type": "application/octet-stream"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Stage]:
    with stage() as made:
        yield made


@pytest.fixture
def scene(shared: Stage) -> Stage:
    shared.core.broken = False
    shared.core.brought.clear()
    return shared


def brings(
    scene: Stage, body: bytes = PDF, headers: dict[str, str] | None = None, **query: str
) -> httpx.Response:
    asked = {"as": "ann", "id": "f1", "name": "offer.pdf"} | query
    named = BYTES | (headers or {})
    return scene.web.post("/playground/files", params=asked, content=body, headers=named)


def test_a_file_is_handed_over_with_who_brought_it_and_how_it_is_called(scene: Stage) -> None:
    answer = brings(scene, name="报价单 <三月>.pdf", id="f7")

    assert (answer.status_code, answer.json()) == (200, {"file": f"file:{1:032x}"})
    (file,) = scene.core.brought
    assert (file.by, file.name, file.body) == (person("ann"), "报价单 <三月>.pdf", PDF)
    assert file.key == f"{PLATFORM}/{REALM}/file/f7"


def test_a_form_names_the_files_it_means(scene: Stage) -> None:
    files = " ".join(brings(scene, id=f"g{number}").json()["file"] for number in range(2))
    answer = scene.post(kind="form", as_="ann", form="enclose", fields={"files": files})

    assert answer.status_code == 200
    assert scene.core.of(FormSubmitted)[-1].fields == (("files", files),)


def test_nothing_is_said_to_be_kept_before_it_is(scene: Stage) -> None:
    scene.core.broken = True
    assert brings(scene).status_code == 503

    scene.core.broken = False
    assert brings(scene).status_code == 200


def test_the_core_says_why_not_in_the_language_of_the_person(scene: Stage) -> None:
    answer = brings(scene, b"", name="empty.txt")

    assert answer.status_code == 422
    assert answer.json()["error"] == "empty.txt is empty. Choose it again."
    assert brings(scene, bytes(LARGEST)).status_code == 200
    assert brings(scene, bytes(LARGEST + 1)).status_code == 413
    assert len(scene.core.brought) == 1


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ({"as": "nobody"}, {}, 400),
        ({"id": ""}, {}, 400),
        ({"id": "<b>"}, {}, 400),
        ({}, {"content-type": "text/plain"}, 415),
        ({}, {"content-type": "multipart/form-data; boundary=x"}, 415),
        ({}, {"origin": "https://evil.example"}, 403),
        ({}, {"origin": "null"}, 403),
        ({}, {"host": "evil.example"}, 403),
    ],
)
def test_what_is_not_from_its_own_page_is_turned_away(
    scene: Stage, query: dict[str, str], headers: dict[str, str], status: int
) -> None:
    answer = brings(scene, PDF, headers, **query)

    assert (answer.status_code, scene.core.brought) == (status, [])
    assert answer.json()["error"]
