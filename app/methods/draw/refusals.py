"""The one refusal of HHD1: something may not enter the hash, or cannot make a seed."""


class RefusedInput(ValueError):
    """Something may not enter the hash. `zh` and `en` say what, without quoting a person."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh = zh
        self.en = en
