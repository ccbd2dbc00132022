"""`python -m gateway.console.catalogues`: takes the sentences out of code and templates, into translations/, and compiles.

English is the language of the source and has no catalogue. Translators fill the empty lines of `<language>/…/messages.po`;
a test fails while one is empty, fuzzy, or newer than what was compiled.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
TRANSLATIONS = HERE / "translations"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
KEYWORDS = {"_": None, "gettext": None, "lazy_gettext": None, "plural": (1, 2), "ngettext": (1, 2)}
WIDTH = 110
HEAD = "# Sentences of the console; see gateway/console/catalogues.py."
MADE = datetime(2026, 11, 22, tzinfo=UTC)  # the same at every run, so that nothing but sentences changes


def path_of(language: str) -> Path:
    """Return where a language's sentences lie."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def extracted() -> Catalog:
    """Return every sentence of the console, where it stands, without a translation."""
    found = Catalog(charset="utf-8", project="Memberline", creation_date=MADE, fuzzy=False)
    for name, _line, message, comments, context in extract_from_dir(
        str(HERE), METHODS, OPTIONS, keywords=KEYWORDS
    ):
        found.add(message, None, [(Path(name).as_posix(), 0)], auto_comments=comments, context=context)
    return found


def read(language: str) -> Catalog:
    """Read a language's catalogue."""
    with path_of(language).open("rb") as file:
        return read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    """Return the bytes of the .mo file."""
    made = io.BytesIO()
    write_mo(made, catalogue)
    return made.getvalue()


def lacking(language: str) -> list[str]:
    """List the sentences that have no finished translation in this language."""
    kept = read(language)
    return [str(each.id) for each in extracted() if each.id and not _is_done(kept, str(_first(each.id)))]


def update(language: str) -> None:
    """Bring a catalogue up to the code and compile it; what is no longer said is dropped."""
    kept = read(language) if path_of(language).exists() else Catalog(locale=language, charset="utf-8")
    kept.update(extracted(), no_fuzzy_matching=True)
    kept.obsolete.clear()
    kept.header_comment, kept.project, kept.version, kept.fuzzy = HEAD, "Memberline", "1", False
    kept.last_translator = kept.language_team = kept.msgid_bugs_address = "Memberline"
    kept.creation_date = kept.revision_date = MADE
    path_of(language).parent.mkdir(parents=True, exist_ok=True)
    with path_of(language).open("wb") as file:
        write_po(file, kept, width=WIDTH, omit_header=False, include_lineno=False, sort_output=True)
    path_of(language).with_suffix(".mo").write_bytes(compiled(read(language)))


def _is_done(kept: Catalog, message: str) -> bool:
    found = kept.get(message)
    return found is not None and bool(found.string) and not found.fuzzy and all(_parts(found.string))


def _parts(string: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [string] if isinstance(string, str) else list(string or [])


def _first(message: str | tuple[str, ...] | list[str]) -> str:
    return message if isinstance(message, str) else message[0]


@click.command()
def main() -> None:
    """Update and compile every language there is."""
    for folder in sorted(TRANSLATIONS.iterdir()):
        if folder.is_dir():
            update(folder.name)
            missing = lacking(folder.name)
            click.echo(f"{folder.name}: {len(missing)} to translate")
            for each in missing:
                click.echo(f"  {each}")


if __name__ == "__main__":
    main()
