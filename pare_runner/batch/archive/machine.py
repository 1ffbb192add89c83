"""What would tell on which machine, by whom and from which checkout an experiment was made."""

from __future__ import annotations

import getpass
import os
import platform
import pwd
import re
import socket
import sys
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from pare_runner.batch.provenance import PACKAGE, git

GENERIC_USERS = frozenset(
    {
        *("admin", "app", "debian", "docker", "ec2-user", "guest", "home", "jovyan", "nobody", "pi"),
        *("root", "runner", "test", "ubuntu", "user", "users", "vscode"),
    }
)
"""Login names that say nothing, and that are words of any text."""

_HOMES = re.compile(r"/(?:home|Users)/([A-Za-z0-9_.-]+)")
_SHORTEST_PATH = 4
_SHORTEST_NAME = 3
_LOCAL = ("localhost", "")


@dataclass(frozen=True, slots=True)
class Machine:
    """Names of hosts and users, absolute paths, git remotes, names and addresses of authors, private services."""

    hosts: frozenset[str]
    users: frozenset[str]
    paths: frozenset[str]
    remotes: frozenset[str]
    authors: frozenset[str]
    services: frozenset[str]

    @classmethod
    def of(cls, directories: Iterable[str], services: Iterable[str] = ()) -> Machine:
        """This machine and its user, with the checkouts that `directories` are part of.

        The directories may be those of another machine, where a job ran: then their names alone are known. `services`
        are addresses of models, and names of variables, that not everybody knows.
        """
        named = [str(directory) for directory in directories if os.path.isabs(directory)]
        places = [*named, str(Path.cwd()), str(PACKAGE.parent), sys.prefix, sys.base_prefix, tempfile.gettempdir()]
        places += [os.path.expanduser("~"), _account()[1]]
        places += [os.path.realpath(place) for place in places]
        remotes, authors = set[str](), set[str]()
        for place in dict.fromkeys((*named, str(Path.cwd()), str(PACKAGE))):
            if os.path.isdir(place):
                remotes |= _remotes(Path(place))
                authors |= _authors(Path(place))
        users = {_account()[0], *_HOMES.findall(" ".join(places))}
        with suppress(Exception):  # no name in the environment, and no account either
            users.add(getpass.getuser())
        host = socket.gethostname()
        hosts = {host, host.partition(".")[0], platform.node()} - set(_LOCAL)
        kept = {place.rstrip("/") for place in places if len(place.rstrip("/")) >= _SHORTEST_PATH}
        return cls(
            hosts=frozenset(hosts),
            users=frozenset(users - {""}),
            paths=frozenset(kept),
            remotes=frozenset(remotes),
            authors=frozenset(authors),
            services=frozenset(name for service in services for name in _names_of(service)),
        )


def _names_of(service: str) -> set[str]:
    """An address as it may stand in a text: whole, and its host if that is not the machine itself."""
    parts = urlsplit(service)
    host = parts.hostname or ""
    plain = {service} if host in (*_LOCAL, "127.0.0.1", "::1") else {service, parts.netloc, host}
    return {name for name in plain if len(name) >= _SHORTEST_PATH}


def _account() -> tuple[str, str]:
    """Login name and home of the account this process runs under, whatever the environment says."""
    try:
        entry = pwd.getpwuid(os.getuid())
    except KeyError:
        return "", ""
    return entry.pw_name, entry.pw_dir


def _remotes(folder: Path) -> set[str]:
    found = set[str]()
    for line in (git(folder, "remote", "-v") or "").splitlines():
        address = line.split()[1]
        found |= {address, address.removesuffix(".git")}
        bare = re.sub(r"^(?:\w+://)?(?:[^@/]*@)?", "", address).removesuffix(".git")
        found |= {bare, bare.partition(":")[2]} if ":" in bare else {bare}
    return {address for address in found if len(address) >= _SHORTEST_PATH}


def _authors(folder: Path) -> set[str]:
    lines = [git(folder, "config", key) for key in ("user.name", "user.email")]
    lines += (git(folder, "log", "-1", "--format=%an%n%ae%n%cn%n%ce") or "").splitlines()
    return {line.strip() for line in lines if line and len(line.strip()) >= _SHORTEST_NAME}
