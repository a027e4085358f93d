"""The sentences of the figure pages and their downloads; merged into the desk's dictionary."""

FIGURES_WORDS: dict[str, tuple[str, str]] = {
    # how old it is
    "live_as_of": ("数据截至 {at}", "Figures as of {at}"),
    "live_seconds": (" · {n} 秒前核对过,没有更新的", " · checked {n} s ago, nothing newer"),
    "live_minutes": (" · {n} 分钟前核对过", " · checked {n} min ago"),
    "live_lost": ("连接断开,正在重连", "connection lost, trying again"),
    "live_fresh": ("数据已更新", "The figures were updated"),
}
