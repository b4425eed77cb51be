"""Block Kit, read strictly: each figure stands as docs.slack.dev/reference/block-kit gives it."""

from tests.slack.fake.kit.layout import check_attachments, check_message
from tests.slack.fake.kit.views import check_view

__all__ = ["check_attachments", "check_message", "check_view"]
