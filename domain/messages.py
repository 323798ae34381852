"""What residents do with the messages they were sent."""

from datetime import datetime

from db.stores import messages


async def mark_read(county_code: int, indexes: list[bytes], message_id: int, at: datetime) -> None:
    """`indexes`: every number the reader ever had. Nothing happens to somebody else's message, or to one read before."""
    for recipient_index in indexes:
        await messages.mark_read(county_code, recipient_index, message_id, at)
