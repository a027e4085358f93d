"""Patterns of `regex()`: a plain subset that JavaScript and Python read alike and that cannot run away.

A pattern written by an author runs on the server against text from anywhere. So it must be anchored (`^…$`: web
engines search, Collect is said to match), may use only what both dialects share, and the number of ways in which
it could be tried is bounded before it is published.
"""

TRIES = 100_000
INPUT = 200
"""Longer answers do not match any pattern."""
SPECIAL = set("^$.|?*+()[]{}\\")


class PatternFault(Exception):
    """Why a pattern is refused."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en


def plain_pattern(pattern: str) -> str:
    """The pattern without its anchors, digits and spaces spelt out. Raises PatternFault."""
    if len(pattern) > 200:
        raise PatternFault(
            "regex() 的格式太长(最多200字符)", "the pattern of regex() is too long (at most 200 characters)"
        )
    if not (pattern.startswith("^") and pattern.endswith("$") and not pattern.endswith("\\$")):
        raise PatternFault(
            "regex() 的格式要以 ^ 开头、以 $ 结尾", "the pattern of regex() must begin with ^ and end with $"
        )
    reader = _Reader(pattern[1:-1])
    text, tries, _ = reader.alternatives()
    if reader.at != len(reader.text):
        raise reader.fault()
    if tries > TRIES:
        raise PatternFault(
            "regex() 的格式可能算不完,请写得更具体", "the pattern of regex() could run too long; make it more specific"
        )
    # The whole is grouped, so that an alternative cannot escape the anchors that the evaluators put back.
    return f"(?:{text})"


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def fault(self) -> PatternFault:
        rest = self.text[self.at : self.at + 8]
        return PatternFault(f"regex() 的格式里“{rest}”不能用", f"“{rest}” cannot be used in the pattern of regex()")

    def peek(self) -> str:
        return self.text[self.at] if self.at < len(self.text) else ""

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise self.fault()
        self.at += 1
        return char

    def alternatives(self) -> tuple[str, int, bool]:
        """(pattern, ways to try it, whether its length can vary or it branches)."""
        branches = [self.sequence()]
        while self.peek() == "|":
            self.take()
            branches.append(self.sequence())
        text = "|".join(b[0] for b in branches)
        return text, sum(b[1] for b in branches), len(branches) > 1 or branches[0][2]

    def sequence(self) -> tuple[str, int, bool]:
        text, tries, varies = "", 1, False
        while self.peek() and self.peek() not in "|)":
            atom, ways, loose = self.atom()
            low, high, mark = self.quantifier()
            if high > 1 and loose:
                raise PatternFault(
                    "regex() 里重复的括号内不能再有重复或选择",
                    "in regex(), a repeated group may not repeat or branch inside",
                )
            text += atom + mark
            tries = min(tries * ways * (high - low + 1), TRIES + 1)
            varies = varies or loose or high != low
        return text, tries, varies

    def quantifier(self) -> tuple[int, int, str]:
        char = self.peek()
        if char and char in "?*+":
            self.take()
            bounds = {"?": (0, 1), "*": (0, INPUT), "+": (1, INPUT)}[char]
            self.refuse_second()
            return *bounds, char
        if char != "{":
            return 1, 1, ""
        self.take()
        inside = ""
        while self.peek() and self.peek() != "}":
            inside += self.take()
        self.take()
        low, comma, high = inside.partition(",")
        if not (low.isascii() and low.isdigit() and (not high or (high.isascii() and high.isdigit()))):
            raise self.fault()
        least = int(low)
        most = int(high) if high else (INPUT if comma else least)
        if not least <= most <= INPUT:
            raise self.fault()
        self.refuse_second()
        return least, most, "{" + inside + "}"

    def refuse_second(self) -> None:
        if self.peek() and self.peek() in "?*+{":
            raise self.fault()

    def atom(self) -> tuple[str, int, bool]:
        char = self.take()
        if char == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
            elif self.peek() == "?":
                raise self.fault()
            text, tries, loose = self.alternatives()
            if self.take() != ")":
                raise self.fault()
            return f"(?:{text})", tries, loose
        if char == "[":
            return self.character_class(), 1, False
        if char == ".":
            return "[^\\n\\r\\u2028\\u2029]", 1, False
        if char == "\\":
            return self.escape(in_class=False), 1, False
        if char in SPECIAL:
            self.at -= 1
            raise self.fault()
        return char, 1, False

    def escape(self, *, in_class: bool) -> str:
        char = self.take()
        spelt = {"d": "0-9", "w": "A-Za-z0-9_", "s": " \\t\\n\\r"}.get(char)
        if spelt:
            return spelt if in_class else f"[{spelt}]"
        if char in SPECIAL or char in "/-":
            # An escaped hyphen is only read alike inside a class.
            return char if char in "/-" and not in_class else "\\" + char
        self.at -= 1
        raise self.fault()

    def character_class(self) -> str:
        text = "["
        if self.peek() == "^":
            text += self.take()
        while True:
            char = self.take()
            if char == "]":
                break
            if char == "[":
                self.at -= 1
                raise self.fault()
            text += self.escape(in_class=True) if char == "\\" else char
        if text in ("[", "[^"):
            raise self.fault()
        for doubled in ("--", "&&", "||", "~~"):
            if doubled in text:
                raise self.fault()
        return text + "]"
