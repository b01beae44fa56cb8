"""Whom a run may speak to: itself on this machine, or a cluster by mutual TLS; nobody else."""

from __future__ import annotations

import ipaddress
import re
import ssl
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import InputError

_ADDRESS = re.compile(r"(?P<kind>[a-z]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s/@:\[\]?#%]+)"
                      r":(?P<port>[0-9]{1,5})/?")


@dataclass(frozen=True, slots=True)
class Tls:
    """Files (PEM) of a cluster that lets in whom its own authority signed: that authority's
    certificate, ours, and our key."""

    ca: Path
    cert: Path
    key: Path


def given(ca: Path | None, cert: Path | None, key: Path | None) -> Tls | None:
    """The files as they were given: all three, or none. Raises InputError tls_incomplete."""
    options = {"--tls-ca": ca, "--tls-cert": cert, "--tls-key": key}
    missing = [name for name, file in options.items() if file is None]
    if ca is not None and cert is not None and key is not None:
        return Tls(ca, cert, key)
    if len(missing) < len(options):
        raise InputError("tls_incomplete", missing=" ".join(missing))
    return None


def checked(scheduler: str, tls: Tls | None) -> None:
    """Raises InputError, and sends nothing: scheduler_malformed (no tcp://… or tls://host:port),
    scheduler_open (tcp to anything but a loopback address written as a number: a name may come to
    mean another machine), scheduler_tls (tls without the three files), tls_unusable."""
    found = _ADDRESS.fullmatch(scheduler)
    if found is None or found["kind"] not in ("tcp", "tls") or not 0 < int(found["port"]) < 65536:
        raise InputError("scheduler_malformed", scheduler=_without_secret(scheduler))
    if found["kind"] == "tcp":
        if not loopback(scheduler):
            raise InputError("scheduler_open", scheduler=scheduler)
        return
    if tls is None:
        raise InputError("scheduler_tls", scheduler=scheduler)
    _usable(tls)


def loopback(address: str) -> bool:
    """Whether an address (`tcp://127.0.0.1:8786`) is a number of this machine's own."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return False
    try:
        return ipaddress.ip_address(found["host"].strip("[]")).is_loopback
    except ValueError:
        return False


def _usable(tls: Tls) -> None:
    for place in (tls.ca, tls.cert, tls.key):
        try:
            with place.open("rb"):
                pass
        except OSError as error:
            raise InputError("tls_unusable", cert=place, why=error.strerror or error) from None
    place = tls.ca
    try:
        trying = ssl.create_default_context(cafile=str(tls.ca))
        place = tls.key
        # A key with a password would be asked for on the terminal, again and again.
        trying.load_cert_chain(str(tls.cert), str(tls.key), password="")
    except (ssl.SSLError, ValueError) as error:
        why = getattr(error, "reason", None) or type(error).__name__
        raise InputError("tls_unusable", cert=place, why=why) from None


def _without_secret(scheduler: str) -> str:
    """As it was given, but for what stands before an @."""
    return scheduler.rpartition("@")[2] if "@" in scheduler else scheduler
