"""What of XLSForm runs here, and what to write instead of the rest.

The lists are closed: whatever is not named is refused at publishing. docs/forms-conformance.md, which the tests write,
shows each with the tests that hold it.
"""

ASKED = {"note", "text", "integer", "decimal", "date", "time", "geopoint", "image", "audio", "range", "acknowledge"}
SILENT = {"calculate", "hidden", "start", "end", "today", "audit"}
SELECTS = {"select_one", "select_multiple", "rank"}
FILE_SELECTS = {"select_one_from_file": "select_one", "select_multiple_from_file": "select_multiple"}
BLOCKS = {"begin_group", "end_group", "begin_repeat", "end_repeat"}
SPELLINGS = {"begin group": "begin_group", "end group": "end_group", "begin repeat": "begin_repeat",
             "end repeat": "end_repeat", "select one": "select_one", "select multiple": "select_multiple",
             "int": "integer", "trigger": "acknowledge", "photo": "image"}  # fmt: skip
TYPES_INSTEAD = {
    "barcode": ("用 text,把编号写下来", "use text and write the number"),
    "video": ("用 image 拍几张照片", "use image, several photos"),
    "file": ("用 image 拍下文件", "use image, a photo of the paper"),
    "geotrace": ("用 geopoint", "use geopoint"),
    "geoshape": ("用 geopoint", "use geopoint"),
    "dateTime": ("分成 date 和 time 两题", "ask date and time apart"),
    "datetime": ("分成 date 和 time 两题", "ask date and time apart"),
    "csv-external": ("直接用 pulldata(),发布时附上 CSV", "use pulldata() and hand in the CSV when publishing"),
    "xml-external": ("改成 CSV 文件", "make it a CSV file"),
    "select_one_external": ("用 select_one 加 choice_filter,或 select_one_from_file",
                            "use select_one with choice_filter, or select_one_from_file"),
    "deviceid": ("设备由系统记录", "the system records the device"),
    "username": ("填报人由系统记录", "the system records the account"),
    "email": ("用 text", "use text"),
    "phonenumber": ("用 text", "use text"),
    "background-audio": ("不做暗中录音;用 audio", "nothing is recorded in secret; use audio"),
    "osm": ("用 geopoint", "use geopoint"),
}  # fmt: skip
COLUMNS_INSTEAD = {
    "trigger": ("把计算写在 calculate 行,它会自动更新", "write the rule in a calculate row; it follows by itself"),
    "save_to": ("实体不支持;登记数据由系统提供", "entities are not supported; the register is the system's"),
    "query": ("用 choice_filter", "use choice_filter"),
}
PLAIN = {"type", "name", "required", "relevant", "constraint", "calculation", "appearance", "parameters",
         "choice_filter", "default", "readonly", "repeat_count"}  # fmt: skip
TEXTS = {"label", "hint", "guidance_hint", "constraint_message", "required_message"}
OURS = {"feeds"}
PARAMETERS = {
    "image": {"max-pixels"},
    "audio": {"quality"},
    "range": {"start", "end", "step"},
    "select_one": {"randomize", "seed"},
    "select_multiple": {"randomize", "seed"},
    "rank": {"randomize", "seed"},
    "audit": {"identify-user", "location-priority", "location-min-interval", "location-max-age", "track-changes"},
}
APPEARANCES = {"signature", "multiline", "minimal", "likert", "columns", "columns-pack", "numbers", "quick",
               "field-list", "rating", "new", "draw", "annotate",
               *(f"columns-{count}" for count in range(1, 6))}  # fmt: skip
