"""The line to a homeserver: once hung up, it is never taken up again."""

import asyncio

import pytest

from adapters.matrix.wire import NoAnswer, Wire


def test_who_still_holds_a_line_that_was_hung_up_sends_nothing_more() -> None:
    async def scene() -> NoAnswer:
        wire = Wire("http://127.0.0.1:9")
        await wire.close()
        with pytest.raises(NoAnswer, match="hung up") as none:
            await wire.ask("GET", "/_matrix/client/versions")
        return none.value

    assert not asyncio.run(scene()).sent
