"""The sentences of the import of sealed exports; merged into the desk's dictionary."""

IMPORTS_WORDS: dict[str, tuple[str, str]] = {
    "imp_title": ("导入手机离线导出", "Import a phone's sealed export"),
    "imp_lead": (
        "手机一直连不上网时,督查员可在手机“我”里导出一个加密文件(.ruhu),用数据线或即时通信交来。文件只有本系统打得开;"
        "同一个文件导入几次都不会重复,手机以后连上网照常上传也不会重复。",
        "When a phone finds no network, the inspector exports a sealed file (.ruhu) on its Me page and hands it in by "
        "cable or message. Only this service can open it; importing it again, or the phone syncing later, makes no "
        "doubles.",
    ),
    "imp_file": ("导出文件(.ruhu)", "Export file (.ruhu)"),
    "imp_file_hint": ("最大 1 GB;里面的记录按手机上传同样核对", "At most 1 GB; its records are checked as if sent"),
    "imp_do": ("导入", "Import"),
    "imp_no_file": ("请先选择文件", "Choose a file first"),
    "imp_no_account": (
        "文件里的账号这里没有,什么也没有导入。",
        "The file's account does not exist here; nothing was imported.",
    ),
    "imp_done": ("导入完成", "Imported"),
    "imp_cut": (
        "文件不完整:前面的记录已经收下,后面的读不出来。请督查员在手机上重新导出再导入一次,不会重复。",
        "The file is not whole: what came before the fault is kept. Export it again on the phone and import that; "
        "nothing is doubled.",
    ),
    "imp_from": ("{account} 的手机,{at} 导出", "From the phone of {account}, exported {at}"),
    "imp_new": ("新收记录", "New records"),
    "imp_known": ("早已收到的记录", "Records known before"),
    "imp_held": ("其中待核", "Of these held for review"),
    "imp_conflict": ("内容冲突,两份都留", "In conflict, both kept"),
    "imp_photos_new": ("新收照片", "New photos"),
    "imp_photos_known": ("早已收到的照片", "Photos known before"),
    "imp_photos_bad": ("没有收下的照片", "Photos not taken"),
    "imp_to_held": ("去看待核记录", "To the held records"),
}
