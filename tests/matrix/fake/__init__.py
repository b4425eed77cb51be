"""A homeserver in memory, for volume: as strict as Synapse, and as faulty as it is told to be.

tests/matrix/test_fake.py holds it against Synapse.
"""

from tests.matrix.fake.faults import Faults
from tests.matrix.fake.serving import Fake, fake_homeserver, served
from tests.matrix.fake.world import World

__all__ = ["Fake", "Faults", "World", "fake_homeserver", "served"]
