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
    phone_pin: str = "asked"
    """`required`: no work on a phone before its PIN is set; `asked`: the phone reminds until one is set."""
    device_quota: int = 1200
    visit_days: int = 30
    """Days after which a helper's next visit to a household is due (定期走访)."""
    second_factor: str = "own-choice"
    audit_copy: Path | None = None
    map_file: Path | None = None
    """The office's own outlines (GeoJSON) behind the points of the map; none are shipped."""

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


def heads_folder(settings: Settings) -> Path:
    """Where the signed heads of the audit chain are copied; best another disk or machine (RUHU_AUDIT_COPY)."""
    return settings.audit_copy or settings.data / "audit-heads"


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
        phone_pin=_one_of(env, "RUHU_PHONE_PIN", ("asked", "required")),
        device_quota=_whole(env, "RUHU_DEVICE_QUOTA", 1200),
        visit_days=_whole(env, "RUHU_VISIT_DAYS", 30, least=1),
        second_factor=_one_of(env, "RUHU_SECOND_FACTOR", ("own-choice", "desk")),
        audit_copy=Path(env["RUHU_AUDIT_COPY"]).resolve() if env.get("RUHU_AUDIT_COPY") else None,
        map_file=Path(env["RUHU_MAP"]).resolve() if env.get("RUHU_MAP") else None,
    )
    _require_private_transport(settings)
    return settings


def _whole(env: Mapping[str, str], name: str, default: int, least: int = 0) -> int:
    text = env.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and int(text) >= least):
        raise BadSetting(
            f"{name} 应是不小于 {least} 的整数,现在是 {text}",
            f"{name} must be a whole number, {least} or more; found {text}",
        )
    return int(text)


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    text = env.get(name) or choices[0]
    if text not in choices:
        raise BadSetting(f"{name} 应为 {' / '.join(choices)},现在是 {text}", f"{name}: one of {' '.join(choices)}")
    return text


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
