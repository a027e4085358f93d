"""Rows become households: which rows belong together, before anything is judged.

One row per person; household columns stand on a household's first row or on all. Rows of one household may lie apart
(the sheet was sorted by something else). Finished drafts are kept packed (by `marshal`: our own
values, in this process alone), so that a county fits in memory.
"""

import marshal
import re
from collections.abc import Iterator
from typing import Any, TypedDict

from app.registry.households.cells import code_of, is_destroyed, text_of
from app.registry.households.columns import BY_KEY, PERSON_KEYS, Layout
from app.registry.households.id_numbers import mask_in
from app.registry.households.notes import Notes

PLACE_KEYS = frozenset({"county", "town", "village", "village_code", "lon", "lat"})
HARD_KEYS = frozenset({"county", "village_code", "status"})
"""Columns in which a household may not contradict itself."""

CODE_KEYS = frozenset({"village_code", "helper_phone"})

_REMARK = re.compile(r"合计|总计|小计|共计|填表|制表|审核|填报|负责人|说明|备注|注[::]|以下空白")


class Draft(TypedDict):
    """One household as written: `cells` key → [value, row]; `people` [row, name, relation, birth, id]."""

    row: int
    no: str
    numeric: bool
    cells: dict[str, list[Any]]
    people: list[list[Any]]
    extra: dict[str, list[str]]


class Drafts:
    """Feed it the rows below the header, in order; then read the households in file order."""

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self._layout = layout
        self._keys = [layout.known.get(index, "") for index in range(max(layout.known, default=-1) + 1)]
        self._notes = notes
        self._has_names = "name" in layout.known.values()
        self._packed: list[bytes] = []
        self._current: Draft | None = None
        self._at = -1
        self._by_no: dict[tuple[str, str], int] = {}
        self._by_digits: dict[tuple[str, str], int] = {}
        self.rows = 0

    def feed(self, row: int, cells: list[Any]) -> None:
        """Take one row."""
        if self._layout.is_header(cells):
            return
        values = {key: cell for key, cell in zip(self._keys, cells, strict=False) if cell is not None and key}
        spoiled = [key for key, value in values.items() if not isinstance(value, str) and is_destroyed(value)]
        spoiled_kept = [h for i, h in self._layout.kept.items() if i < len(cells) and is_destroyed(cells[i])]
        no = "" if "office_no" in spoiled else code_of(values.get("office_no"))
        if not no and not spoiled and self._is_remark(values, cells):
            self._notes.add("skipped_total", row)
            return
        if not values.keys() - PLACE_KEYS:  # a blank line inside a merged village column
            return
        self.rows += 1
        home = self._home_of(row, no, values)
        for header in [BY_KEY[key].header for key in spoiled] + spoiled_kept:
            self._notes.add("destroyed", row, header, home=home)
        if home >= 0:
            self._attach(row, {key: value for key, value in values.items() if key not in spoiled}, cells)

    def _is_remark(self, values: dict[str, Any], cells: list[Any]) -> bool:
        if any(text_of(values.get(key)) for key in ("name", "id_number", "relation")):
            return False
        texts = [text_of(cell) for cell in cells if isinstance(cell, str)]
        return any(_REMARK.match(text) for text in texts)

    def _home_of(self, row: int, no: str, values: dict[str, Any]) -> int:
        """The place of the household this row belongs to; -1 (and an error) when it belongs to none."""
        head = text_of(values.get("head_name"))
        if not no:
            if self._current is None or (head and head != self._head()):
                self._leave()
                self._notes.add("no_office_no", row, BY_KEY["office_no"].header)
                return -1
            return self._at
        is_next = self._current is not None and no == self._current["no"]
        if is_next and not head and "village_code" not in values:  # a member below the head: most rows of a list
            return self._at
        county = code_of(values.get("village_code"))[:6]
        numeric = not isinstance(values.get("office_no"), str)
        place = self._find(no, county, numeric, row, head)
        if place is None:
            self._begin(row, no, numeric, county)
        elif place != self._at:
            self._turn_to(place)
            if not head or head == self._head():
                assert self._current is not None
                self._notes.add("apart", row, other=self._current["row"])
        if head and self._head() and head != self._head():
            assert self._current is not None
            self._notes.add(
                "double_office_no", row, BY_KEY["office_no"].header, home=self._at, other=self._current["row"]
            )
            self._leave()
            return -1
        return self._at

    def _head(self) -> str:
        return text_of(self._current["cells"].get("head_name", [None])[0]) if self._current else ""

    def _find(self, no: str, county: str, numeric: bool, row: int, head: str) -> int | None:
        if self._current is not None and self._current["no"] == no:
            own = code_of(self._current["cells"].get("village_code", [None])[0])[:6]
            if not county or not own or county == own:
                return self._at
        place = self._by_no.get((county, no))
        if place is not None or not no.isdigit():
            return place
        place = self._by_digits.get((county, no.lstrip("0")))
        if place is None:
            return None
        other = self._current if place == self._at and self._current else self._unpack(place)
        other_head = text_of(other["cells"].get("head_name", [None])[0])
        if not (numeric or other["numeric"]) or (head and other_head and head != other_head):
            return None
        self._turn_to(place)
        self._notes.add("zeros_lost", row, BY_KEY["office_no"].header)
        self._by_no[(county, no)] = place
        assert self._current is not None
        if len(no) > len(self._current["no"]):
            self._current["no"], self._current["numeric"] = no, numeric
        return place

    def _begin(self, row: int, no: str, numeric: bool, county: str) -> None:
        self._leave()
        self._current = Draft(row=row, no=no, numeric=numeric, cells={}, people=[], extra={})
        self._at = len(self._packed)
        self._packed.append(b"")
        self._by_no[(county, no)] = self._at
        if no.isdigit():
            self._by_digits.setdefault((county, no.lstrip("0")), self._at)

    def _leave(self) -> None:
        if self._current is not None:
            self._packed[self._at] = marshal.dumps(dict(self._current))
        self._current, self._at = None, -1

    def _turn_to(self, place: int) -> None:
        if place != self._at:
            self._leave()
            self._current, self._at = self._unpack(place), place

    def _unpack(self, place: int) -> Draft:
        draft: Draft = marshal.loads(self._packed[place])
        return draft

    def _attach(self, row: int, values: dict[str, Any], cells: list[Any]) -> None:
        assert self._current is not None
        known = self._current["cells"]
        for key, value in values.items():
            if key in PERSON_KEYS or key == "office_no" or not text_of(value):
                continue
            if key not in known:
                known[key] = [value, row]
            elif known[key][0] != value:
                self._compare(row, key, value, known[key])
        for index, header in self._layout.kept.items():
            text = mask_in(text_of(cells[index]))[:200] if index < len(cells) else ""
            if text and not is_destroyed(cells[index]):
                texts = self._current["extra"].setdefault(header, [])
                if text not in texts and len(texts) < 30:
                    texts.append(text)
        self._attach_person(row, values)

    def _compare(self, row: int, key: str, value: Any, known: list[Any]) -> None:
        as_text = code_of if key in CODE_KEYS else text_of
        if as_text(value) == as_text(known[0]):
            return
        code = "conflict" if key in HARD_KEYS else "conflict_soft"
        header = BY_KEY[key].header
        self._notes.add(code, row, header, home=self._at, header=header, other=known[1])

    def _attach_person(self, row: int, values: dict[str, Any]) -> None:
        person = [values.get(key) for key in PERSON_KEYS]
        if not any(text_of(value) for value in person):
            return
        assert self._current is not None
        if not text_of(person[0]):
            if self._has_names:
                self._notes.add("member_nameless", row, BY_KEY["name"].header, home=self._at)
                return
            person[0] = self._current["cells"].get("head_name", [None])[0]
            person[1] = person[1] or "户主"
        self._current["people"].append([row, *person])

    def __len__(self) -> int:
        return len(self._packed)

    def __iter__(self) -> Iterator[tuple[int, Draft]]:
        """Every household with its place, in file order; each is let go once it was handed out."""
        self._leave()
        for place in range(len(self._packed)):
            draft = self._unpack(place)
            self._packed[place] = b""
            yield place, draft
