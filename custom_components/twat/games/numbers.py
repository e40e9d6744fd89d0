"""Numbers as players read them."""


def decimal(value: float, language: str) -> str:
    """Return a number with one decimal, ``5.8`` or ``5,8`` as a language (BCP 47 tag) writes it."""
    text = f"{value:.1f}"
    return text.replace(".", ",") if language.partition("-")[0] == "de" else text
