"""All settings, read once from the environment (RUHU_…).

Nothing else in the house reads os.environ. Defaults make `ruhu serve` work on one machine with one folder.
"""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from app.kernel.problems import Problem


class BadSetting(Problem):
    """A setting that cannot be obeyed; the service refuses to start."""

    status = 500
    slug = "bad-setting"
    title_zh = "设置有误"
    title_en = "A setting is wrong"


@dataclass(frozen=True)
class Settings:
    """Where data lies and how the service is reached."""

    data: Path
    database_url: str
    store_url: str
    public_url: str
    tz: ZoneInfo
    secret_key: str | None = None
    insecure_http: bool = False

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(urlsplit(self.public_url).hostname or "")

    @property
    def cookie_name(self) -> str:
        """`__Host-` needs a secure context: https, or http on loopback (scale-security B)."""
        return "__Host-ruhu" if self.is_https or self.is_loopback else "ruhu"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def load_settings(
    env: Mapping[str, str] = os.environ,
    *,
    port: int = 8000,
    insecure_http: bool = False,
    data: Path | None = None,
) -> Settings:
    """Read the environment; refuse a public address that would send personal data in the clear."""
    folder = (data or Path(env.get("RUHU_DATA") or "var")).resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings = Settings(
        data=folder,
        database_url=env.get("RUHU_DATABASE_URL") or f"sqlite:///{folder / 'ruhu.sqlite3'}",
        store_url=env.get("RUHU_STORE_URL") or str(folder / "store"),
        public_url=(env.get("RUHU_PUBLIC_URL") or f"http://127.0.0.1:{port}").rstrip("/"),
        tz=ZoneInfo(env.get("RUHU_TZ") or "Asia/Shanghai"),
        secret_key=env.get("RUHU_SECRET_KEY"),
        insecure_http=insecure_http,
    )
    _require_private_transport(settings)
    return settings


def _require_private_transport(settings: Settings) -> None:
    scheme = urlsplit(settings.public_url).scheme
    if scheme not in ("http", "https"):
        raise BadSetting(
            f"RUHU_PUBLIC_URL 应以 https:// 开头,现在是 {settings.public_url}",
            f"RUHU_PUBLIC_URL must start with https://, found {settings.public_url}",
        )
    if not (settings.is_https or settings.is_loopback or settings.insecure_http):
        raise BadSetting(
            "RUHU_PUBLIC_URL 是明文 http,个人信息会被旁人看到。请放到 https 反向代理之后;确需如此,加 --insecure-http。",
            "RUHU_PUBLIC_URL is plain http. Put the service behind https, or start with --insecure-http if you must.",
        )
