"""Places in a store: S3 spoken over HTTP to moto's server (a stand-in for a real store, started
here on 127.0.0.1), and folders given as `file://` URLs."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import InputError, OutputError
from pipeline.ingest import archive
from pipeline.season import places, task
from pipeline.season.places import asked, claim
from pipeline.season.places.keys import named
from pipeline.store.cache import Cache, Extract
from tests.bench.season.made import season
from tests.season.dask_parts import ROOT, jobs, unit_of

pytest.importorskip("s3fs")
Row = dict[str, Any]
SECRET = "not-to-be-seen"
_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The stand-in's address."""
    pytest.importorskip("moto.server")
    process = subprocess.Popen([sys.executable, "-c", _SERVER], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert process.stdout is not None
    yield f"http://127.0.0.1:{process.stdout.readline().strip()}"
    process.kill()
    process.wait()


@pytest.fixture
def store(server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """An empty bucket `season`, as fsspec knows it; what is fetched goes below tmp_path/tmp."""
    import s3fs

    for name, value in {"AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "testing",
                        "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_DEFAULT_REGION": "us-east-1",
                        "AWS_EC2_METADATA_DISABLED": "true"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    s3fs.S3FileSystem.clear_instance_cache()
    system = s3fs.S3FileSystem(use_listings_cache=False)
    system.mkdir("season")
    yield system
    system.rm("season", recursive=True)
    s3fs.S3FileSystem.clear_instance_cache()


def uploaded(system: Any, folder: Path, place: str) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            system.pipe_file(f"{place}/{path.relative_to(folder).as_posix()}", path.read_bytes())


def as_remote(job: Row, root: str, out: str) -> Row:
    return job | {"source": f"{root}/{job['unit']}", "out": f"{out}/units/{job['unit']}"}


def told(answer: Row) -> Row:
    return {key: value for key, value in answer.items()
            if key not in ("seconds", "key", "opened", "unchanged")}


class Counted:
    """Counts what is fetched."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.paths: list[str] = []
        whole: Callable[..., None] = asked._stream

        def stream(system: Any, path: str, into: Path) -> None:
            self.paths.append(path)
            whole(system, path, into)

        monkeypatch.setattr(asked, "_stream", stream)


# --- a unit in a store ------------------------------------------------------------------------


def test_a_unit_in_a_store_says_what_it_says_here(store: Any, tmp_path: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    folder = unit_of(tmp_path / "root", 1)
    (job,) = jobs(tmp_path / "root", tmp_path / "out")
    here = task.screened(job)
    uploaded(store, folder, f"season/root/{folder.name}")
    far = as_remote(job, "s3://season/root", "s3://season/out")
    there = task.screened(far)
    assert told(there) == told(here) and there["state"] == "done"
    for name in ("coverage.json", "report.html", "coverage.xlsx"):
        stored = store.cat_file(f"season/out/units/{folder.name}/{name}")
        assert stored == (Path(job["out"]) / name).read_bytes()
    assert not list((tmp_path / "tmp").iterdir()), "nothing fetched stays"
    # again: known without a byte of it being fetched
    seen = Counted(monkeypatch)
    again = task.screened(far)
    assert (again["unchanged"], seen.paths) == (True, [])
    assert told(again) == told(there)
    # a paper more: that alone is read
    store.pipe_file(f"season/root/{folder.name}/又.txt", "2023年4月1日，召开会议。".encode())
    more = task.screened(far)
    assert (more["opened"], more["summary"]["files"]) == (1, 3)


def test_what_was_put_halfway_is_not_used_but_nothing_is_read_twice(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = unit_of(tmp_path / "root", 1)
    (job,) = jobs(tmp_path / "root", tmp_path / "out")
    uploaded(store, folder, f"season/root/{folder.name}")
    far = as_remote(job, "s3://season/root", "s3://season/out")
    whole = asked.put

    def broken(path: Path, place: str) -> None:
        if place.endswith("report.html"):
            raise OutputError("place_unwritable", place=place, why="EIO")
        whole(path, place)

    monkeypatch.setattr(asked, "put", broken)
    failed = task.screened(far)
    assert failed["problem"]["key"] == "place_unwritable"
    assert places.mark(far["out"]) is None
    monkeypatch.setattr(asked, "put", whole)
    done = task.screened(far)
    assert (done["state"], done["opened"]) == ("done", 0)
    # an output that somebody changed is not believed either
    store.pipe_file(f"season/out/units/{folder.name}/coverage.json", b"{}")
    store.pipe_file(f"season/root/{folder.name}/又.txt", b"x")
    assert task.screened(far)["opened"] == 1
    assert store.cat_file(f"season/out/units/{folder.name}/coverage.json") != b"{}"


def test_what_was_read_is_put_back_while_a_unit_is_worked_on(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "KEPT_SECONDS", 0.05)
    folder = unit_of(tmp_path / "root", 1)
    out = "s3://season/out/units/u"
    with places.at_hand(str(folder), out, name="u") as here, \
            Cache(here.out / "extracted.sqlite", "v") as kept:
        kept.put("0" * 64, Extract({"kind": "txt"}, "[]"))
        until = time.monotonic() + 20
        while places.read(f"{out}/extracted.sqlite", 9) is None and time.monotonic() < until:
            time.sleep(0.05)
        # here the process is killed: nothing more is put
    with places.at_hand(str(folder), out, name="u") as here, \
            Cache(here.out / "extracted.sqlite", "v") as kept:
        assert kept.get("0" * 64) == Extract({"kind": "txt"}, "[]")


HOSTILE = {
    "../../etc/passwd": "%2E%2E~2/%2E%2E/etc/passwd", "/abs": "%/abs", "a//b": "a~2/%/b",
    "a": "a", "a/b": "a~2/b", "..": "%2E%2E", ".": "%2E", "c\\d": "c%5Cd", "e\nf": "e%0Af",
    "g\0h": "g%00h", "会议/纪要.docx": "会议/纪要.docx", "a~2": "a~2~2", "trailing/": "trailing/%",
}


def test_names_of_a_store_stay_below_their_folder(tmp_path: Path) -> None:
    assert dict(named(HOSTILE)) == HOSTILE
    long = ["长" * 100 + ".pdf", "/".join(["深" * 60] * 30) + "/x.pdf", "x" * 300 + ".pdf"]
    for key, path in named([*HOSTILE, *long]):
        place = tmp_path / "in" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with place.open("xb"):
            pass
        assert place.resolve().is_relative_to(tmp_path / "in"), key
        assert key not in long or path.endswith(".pdf")


def test_what_a_unit_may_not_bring_is_an_entry_of_it(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LIMIT_BYTES", 1000)
    store.pipe_file("season/root/u/../up.txt", b"outside")
    store.pipe_file("season/root/u/large.pdf", b"x" * 1001)
    store.pipe_file("season/root/u/small.txt", b"x")
    seen = Counted(monkeypatch)
    with places.at_hand("s3://season/root/u", str(tmp_path / "out"), name="u") as here:
        found = {entry.path: (entry.size, entry.reason) for entry in archive.walk(here.source)}
        assert here.source.is_relative_to(tmp_path / "tmp")
    assert found == {"%2E%2E/up.txt": (7, None), "large.pdf": (1001, "limit_size"),
                     "small.txt": (1, None)}
    assert not [path for path in seen.paths if path.endswith("large.pdf")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tmp"]


def test_a_listing_that_lies_about_sizes_gains_nothing(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "LIMIT_BYTES", 1000)
    store.pipe_file("season/root/u/large.pdf", b"x" * 5000)
    whole = asked._entry
    monkeypatch.setattr(asked, "_entry", lambda key, about: whole(key, about | {"size": 3}))
    with places.at_hand("s3://season/root/u", str(tmp_path / "out"), name="u") as here:
        (entry,) = archive.walk(here.source)
    assert entry.reason == "limit_size"


def test_an_object_without_end_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Endless(io.BytesIO):
        given = 0

        def read(self, size: int | None = -1) -> bytes:
            Endless.given += 1
            assert Endless.given < 99
            return b"x" * 100

    monkeypatch.setattr(archive, "LIMIT_BYTES", 1000)
    system = type("Store", (), {"open": lambda self, path, mode, block_size: Endless()})()
    asked._stream(system, "any", tmp_path / "one")
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").stat().st_size > 1000


def test_what_does_not_fit_is_refused_with_the_figure(
    store: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.pipe_file("season/root/u/one.txt", b"x" * 10)
    monkeypatch.setattr("shutil.disk_usage", lambda place: type("Room", (), {"free": 3 << 20})())
    with pytest.raises(OutputError) as refused, \
            places.at_hand("s3://season/root/u", str(tmp_path / "out"), name="u"):
        pass
    assert refused.value.key == "scratch_full"
    assert (refused.value.args_["need"], refused.value.args_["free"]) == (513, 3)


def test_a_unit_that_is_one_archive(store: Any, tmp_path: Path) -> None:
    store.pipe_file("season/root/某单位.zip", b"PK")
    with places.at_hand("s3://season/root/某单位.zip", str(tmp_path / "out"), name="x") as here:
        assert (here.source.name, here.source.read_bytes()) == ("某单位.zip", b"PK")


# --- a whole season -----------------------------------------------------------------------------


def test_a_season_in_a_store_by_a_cluster_is_the_season_here(store: Any, tmp_path: Path) -> None:
    pytest.importorskip("distributed")
    made = season(tmp_path / "made", units=2, papers=3, faults=False, small=True)
    uploaded(store, made.root, "season/root")

    def batch(root: str, out: str, *more: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", "from pipeline.cli import main; main()", "batch", root,
             "--rubric", "yuxi-2024", "--out", out, "--ocr", "later", *more],
            capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "tmp")})
        assert done.returncode in (0, 10), done.stderr
        return done.stdout + done.stderr

    batch(str(made.root), str(tmp_path / "here"))
    told = batch("s3://season/root", "s3://season/out", "--engine", "dask")
    for name in ("season.html", "copies.json", "calendar.ics"):
        assert store.cat_file(f"season/out/{name}") == (tmp_path / "here" / name).read_bytes()
    stored = store.find("season/out")
    assert f"season/out/{claim.CLAIM}" not in stored
    assert len([path for path in stored if path.endswith("/whole.json")]) == 2
    assert SECRET not in told
    assert not [path for path in stored if SECRET.encode() in store.cat_file(path)]
    assert not [path.name for path in (tmp_path / "tmp").iterdir()]


# --- what is below ROOT, and what has changed ---------------------------------------------------


def test_units_below_a_remote_root(store: Any) -> None:
    store.pipe_file("season/root/乙/一.txt", b"12")
    store.pipe_file("season/root/乙/深/二.txt", b"345")
    store.pipe_file("season/root/甲.zip", b"PK")
    store.pipe_file("season/root/空/", b"")
    found = places.below("s3://season/root")
    assert [(one.name, one.source, one.kind, one.files, one.bytes) for one in found] == [
        ("乙", "s3://season/root/乙", "folder", 2, 5),
        ("甲.zip", "s3://season/root/甲.zip", "file", 1, 2),
        ("空", "s3://season/root/空", "folder", 0, 0),
    ]
    assert found[0].signature == places.signature("s3://season/root/乙") != ""
    assert places.read("s3://season/root/units.csv", 99) is None
    with pytest.raises(InputError, match="place_missing"):
        places.below("s3://season/nowhere")


def test_a_signature_changes_with_the_bytes(store: Any, tmp_path: Path) -> None:
    store.pipe_file("season/root/u/a.txt", b"12")
    first = places.signature("s3://season/root/u")
    store.pipe_file("season/root/u/a.txt", b"12")
    assert places.signature("s3://season/root/u") == first, "the same bytes, put again"
    store.pipe_file("season/root/u/a.txt", b"13")
    assert places.signature("s3://season/root/u") != first
    folder = unit_of(tmp_path / "root", 1)
    here = places.signature(str(folder))
    paper = next(folder.iterdir())
    assert here and here == places.signature(str(folder))
    time.sleep(0.01)
    paper.write_bytes(paper.read_bytes())
    assert places.signature(str(folder)) != here


def test_a_store_that_tells_too_little_is_not_trusted(store: Any,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    store.pipe_file("season/root/u/a.txt", b"12")
    monkeypatch.setattr(asked, "_MARKS", ())
    assert places.signature("s3://season/root/u") == ""


# --- the season's own place -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["s3", "file"])
def test_a_season_is_kept_at_safe_points(kind: str, store: Any, tmp_path: Path) -> None:
    out = "s3://season/out" if kind == "s3" else (tmp_path / "out").as_uri()
    asked.create(b"x", places.within(out, "templates", "范本.txt"))
    with places.season(out) as at:
        (at.folder / "season.sqlite").write_bytes(b"open")
        (at.folder / "season.html").write_text("page")
        at.keep(lambda draft: draft.write_bytes(b"consistent"))
        assert places.read(places.within(out, "season.sqlite"), 99) == b"consistent"
        asked.create(b"ledger", places.within(out, "units", "u", "ledger.sqlite"))
        assert at.unit("u", "ledger.sqlite").read_bytes() == b"ledger"
        at.let_go("u")
        assert not (at.folder / "units" / "u").exists()
        assert (at.folder / "templates" / "范本.txt").read_bytes() == b"x"
    with places.season(out) as at:
        assert (at.folder / "season.sqlite").read_bytes() == b"consistent"
        assert (at.folder / "season.html").read_text() == "page"
        assert not (at.folder / claim.CLAIM).exists()
    assert places.read(places.within(out, claim.CLAIM), 99) is None
    assert [path.name for path in (tmp_path / "tmp").iterdir()] == []


def test_of_two_runs_in_one_store_one_runs(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with places.season("s3://season/out") as at:
        with pytest.raises(OutputError, match="output_busy"), places.season("s3://season/out"):
            pass
        with places.season("s3://season/out", alone=False):
            pass  # whoever only looks may
        at.keep()
    # one that was killed lets go by itself
    monkeypatch.setattr(claim, "SETTLED", 0.01)
    asked.create(b'{"token": "killed", "until": 1.0}', f"s3://season/out/{claim.CLAIM}")
    with places.season("s3://season/out"):
        pass


def test_a_claim_that_was_lost_ends_the_run(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim, "RENEWED", 0.05)
    with places.season("s3://season/out") as at:
        at.keep()
        until = time.monotonic() + 30
        with pytest.raises(OutputError, match="output_busy"):
            while time.monotonic() < until:
                # More than once: our own renewal may just be on its way.
                asked.put_text(b'{"token": "another", "until": 9e9}',
                               f"s3://season/out/{claim.CLAIM}")
                time.sleep(0.1)
                at.keep()
    assert asked.text(f"s3://season/out/{claim.CLAIM}", 99), "the other's claim stays"


# --- addresses and secrets --------------------------------------------------------------------


@pytest.mark.parametrize(("place", "key"), [
    ("s3://name:word@bucket/x", "place_secret"), ("s3://bucket/x?key=word", "place_secret"),
    ("https://host/x#word", "place_secret"), ("nosuchkind://bucket/x", "place_unknown"),
    ("simplecache::s3://bucket", "place_unknown"), ("s3://", "place_unknown"),
    ("zip::s3://bucket/x.zip", "place_unknown"),
])
def test_addresses_that_are_refused(place: str, key: str) -> None:
    with pytest.raises(InputError) as refused:
        places.checked(place)
    assert refused.value.key == key
    assert "word" not in str(refused.value)


def test_paths_are_paths() -> None:
    assert not places.remote("C:\\papers") and not places.remote("/papers")
    assert places.checked("/papers") == "/papers"
    assert places.within("s3://b/x/", "units", "u") == "s3://b/x/units/u"
    assert places.within("out", "units") == str(Path("out") / "units")


def test_what_a_store_says_of_its_secrets_is_not_repeated(
    store: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def angry(self: Any, path: str, **more: Any) -> Any:
        raise RuntimeError(f"denied for {SECRET}")

    monkeypatch.setattr("s3fs.S3FileSystem.info", angry)
    with pytest.raises(InputError) as refused:
        places.below("s3://season/root")
    assert refused.value.args_ == {"place": "s3://season/root", "why": "RuntimeError"}
    assert refused.value.__cause__ is None and refused.value.__suppress_context__


def test_a_store_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    monkeypatch.setattr(asked, "TRIES", 1)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    with pytest.raises(InputError, match="place_unreachable") as refused:
        places.below("s3://season/root")
    assert SECRET not in str(refused.value)
    s3fs.S3FileSystem.clear_instance_cache()


def test_without_the_libraries_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    with pytest.raises(InputError, match="extra_missing") as refused:
        places.checked("s3://season/root")
    assert refused.value.args_["extra"] == "remote"


def test_a_store_that_answers_nobody_is_named() -> None:
    with pytest.raises(InputError, match="place_unreachable") as refusal:
        places.checked("ftp://127.0.0.1:1/x")
    assert refusal.value.args_["why"] == os.strerror(errno.ECONNREFUSED)
