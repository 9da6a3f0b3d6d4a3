"""What a case system sends to /api/v1 after a handover."""

from typing import Annotated

from pydantic import ConfigDict, Field

from handover.domain.continuity import LAST_FOLLOW_UP, FollowUpState
from handover.web import examples
from handover.web.asked import DAY, Asked, Long


class NewFollowUp(Asked):
    """How the child is: for a day that the acceptance promised, or beside (0)."""

    model_config = ConfigDict(json_schema_extra={"examples": [examples.NEW_FOLLOW_UP]})

    due: Annotated[int, Field(ge=0, le=LAST_FOLLOW_UP)]
    date: Annotated[str, Field(pattern=DAY)]
    state: Annotated[FollowUpState, Field(strict=False)]
    text: Long
