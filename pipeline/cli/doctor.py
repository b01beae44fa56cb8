"""`zuozheng doctor`: what is installed, what is missing, and the line that installs it; how far a
hostile file is kept in its place here."""

from __future__ import annotations

import platform
from importlib import metadata

from pipeline import __version__
from pipeline.cli.frame import App
from pipeline.errors import EXIT_BROKEN
from pipeline.language import say

NEEDED = (
    "pypdfium2", "pdfplumber", "lxml", "python-calamine", "olefile", "py7zr", "pillow",
    "pi-heif", "rapidocr", "onnxruntime", "numpy", "ahocorasick-rs", "jinja2", "openpyxl",
    "xlsxwriter", "orjson", "pydantic", "pyyaml", "typer", "rich", "rjieba", "sqlalchemy",
    "alembic", "fastapi", "uvicorn", "argon2-cffi",
)


def add_to(app: App) -> None:
    """Add the command."""

    def doctor() -> int:
        print(f"zuozheng {__version__}  Python {platform.python_version()}  {platform.platform()}")
        missing = []
        for name in NEEDED:
            try:
                print(f"  ✓ {name} {metadata.version(name)}")
            except metadata.PackageNotFoundError:
                missing.append(name)
                print(f"  ✗ {name}  {say('doctor.missing')}")
        if missing:
            print(say("doctor.install", line=f"python3 -m pip install {' '.join(missing)}"))
            return EXIT_BROKEN
        from pipeline.cli import surroundings
        from pipeline.ingest.confined import confine
        from pipeline.rubric.load import available, directory, load
        from pipeline.tag.folder import of

        names = available()
        for name in names:
            load(name)
        print(*surroundings.in_words(confine.layers()), sep="\n")
        print(say("doctor.rubrics", count=len(names), place=directory()))
        model = of(None)
        print(say("doctor.model", id=model.id, sha256=model.sha256))
        print(say("doctor.well"))
        return 0

    app.command("doctor", doctor)
