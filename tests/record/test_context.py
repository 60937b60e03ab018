"""What is known of the request in hand."""

from __future__ import annotations

import asyncio

from vedette.record.context import RequestContext, current_request


def context(**values: object) -> RequestContext:
    return RequestContext(trace_id="t", span_id="s", request_id="r", **values)  # type: ignore[arg-type]


def test_a_user_who_is_not_known_is_empty() -> None:
    assert context().user_id == ""


def test_a_user_is_asked_for_each_time_since_views_log_people_in() -> None:
    users = iter(["", "7"])
    work = context(find_user_id=lambda: next(users))
    assert [work.user_id, work.user_id] == ["", "7"]


def test_each_task_sees_its_own_request() -> None:
    async def serve(work: RequestContext) -> bool:
        current_request.set(work)
        await asyncio.sleep(0)
        return current_request.get() is work

    async def main() -> list[bool]:
        return await asyncio.gather(*(serve(context()) for _ in range(10)))

    assert all(asyncio.run(main()))
    assert current_request.get() is None
