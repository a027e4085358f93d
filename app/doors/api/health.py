"""Whether the service can keep what it is given."""

from fastapi import APIRouter

from app.doors.web.house import TheHouse
from app.kernel.problems import Unavailable

router = APIRouter(tags=["health"])


@router.get("/healthz")
def get_health(house: TheHouse) -> dict[str, str]:
    """200 when database and store answer, else 503."""
    try:
        house.db.ping()
        house.store.ping()
    except Exception as error:
        raise Unavailable("数据库或照片库没有应答。", "Database or store does not answer.") from error
    return {"status": "ok"}
