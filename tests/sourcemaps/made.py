"""Source maps and bundles, made in the slow and obvious way, and by esbuild."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.services import refuse

ROOT = Path(__file__).resolve().parents[2]
ESBUILD = ROOT / "frontend" / "node_modules" / ".bin" / "esbuild"
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
DEBUG_ID = "a31c7579-a2e9-51ed-8bb0-b0b72e59353d"

Segment = tuple[int, ...]
"""Column alone; or column, source, line, column; or those and a name: all counted from 0."""

SHOP: Mapping[str, str] = {
    "src/price.ts": """\
const known: Record<string, { amount: number }> = { tea: { amount: 3 } };
export function price(name: string) {
  const found = known[name];
  return requireFound(found, name);
}
const requireFound = (found: { amount: number } | undefined, name: string) => {
  if (!found) {
    // 🫖 before the error
    throw new RangeError(`no price for ${name}`);
  }
  return found;
};
""",
    "src/cart.ts": """\
import { price } from "./price";
import { each } from "shelf";
export class Cart {
  items: string[] = [];
  addAll(names: string[]) {
    each(names, (name) => this.addItem(name));
  }
  addItem(name: string) {
    this.items.push(name);
    return this.totalOf(name);
  }
  totalOf(name: string): number {
    return price(name).amount;
  }
}
""",
    "src/main.ts": """\
import { Cart } from "./cart";
export function openShop() {
  const cart = new Cart();
  cart.addAll(["tea", "coffee"]);
}
""",
    "node_modules/shelf/index.js": """\
export function each(items, act) {
  for (const item of items) act(item);
}
""",
    "node_modules/shelf/package.json": '{"name": "shelf", "main": "index.js", "type": "module"}',
}
"""A shop in which coffee has no price."""


def vlq(number: int) -> str:
    """Return *number* as base64 VLQ."""
    rest = (abs(number) << 1) | (number < 0)
    written = ""
    while True:
        digit, rest = rest & 31, rest >> 5
        written += DIGITS[digit | (32 if rest else 0)]
        if not rest:
            return written


def mappings(lines: Sequence[Sequence[Segment]]) -> str:
    """Return the mappings of the segments of each line."""
    before = [0, 0, 0, 0]
    written = []
    for line in lines:
        column, segments = 0, []
        for segment in line:
            text = vlq(segment[0] - column)
            column = segment[0]
            for place, value in enumerate(segment[1:]):
                text += vlq(value - before[place])
                before[place] = value
            segments.append(text)
        written.append(",".join(segments))
    return ";".join(written)


def a_map(lines: Sequence[Sequence[Segment]] = (((0, 0, 0, 0),),), **members: Any) -> dict[str, Any]:
    """Return a source map with these segments."""
    return {"version": 3, "sources": ["a.js"], "names": [], "mappings": mappings(lines), **members}


@dataclass(frozen=True, slots=True)
class Build:
    """What esbuild made: a minified script and its map."""

    script: str
    map: str

    def place_of(self, text: str, *, skip: int = 0) -> tuple[int, int]:
        """Return line and column, counted from 1 as browsers do, of where *text* stands in the script."""
        start = -1
        for _ in range(skip + 1):
            start = self.script.index(text, start + 1)
        before = self.script[:start]
        return before.count("\n") + 1, len(before.rpartition("\n")[2].encode("utf-16-le")) // 2 + 1

    def stack(self) -> list[tuple[str, int, int]]:
        """Return the stack trace of the error that the script throws: function, line and column, the oldest call first.

        It is what V8 says, in Node as in Chromium.
        """
        node = shutil.which("node")
        if node is None:
            refuse("there is no Node on this machine")
        program = f"{self.script}\n;try {{ shop.openShop() }} catch (error) {{ console.log(error.stack) }}"
        done = subprocess.run([node, "-"], input=program, capture_output=True, text=True, check=True)
        calls = re.findall(r"^ +at (?:(.+) \()?\[stdin\]:(\d+):(\d+)\)?$", done.stdout, re.MULTILINE)
        # The outermost is the program that calls the script.
        return [(name or "?", int(line), int(column)) for name, line, column in calls][-2::-1]


def build(
    directory: Path, *, sources: Mapping[str, str] = SHOP, options: Sequence[str] = ("--minify",)
) -> Build:
    """Bundle ``src/main.ts`` of *sources* in *directory*."""
    if not ESBUILD.exists():
        refuse("the front end's packages are not installed; `make setup` installs them")
    for name, text in sources.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    out = directory / "dist" / "app.min.js"
    command: list[str] = [
        str(ESBUILD),
        "src/main.ts",
        "--bundle",
        "--sourcemap",
        "--format=iife",
        "--global-name=shop",
        f"--outfile={out}",
    ]
    subprocess.run([*command, "--log-level=error", *options], cwd=directory, check=True)
    return Build(
        out.read_text(),
        out.with_name("app.min.js.map").read_text() if out.with_name("app.min.js.map").exists() else "",
    )


@dataclass
class Bundle:
    """An artifact bundle as `sentry-cli` makes one."""

    manifest: dict[str, Any] = field(default_factory=lambda: {"files": {}, "org": "acme", "project": "shop"})
    entries: dict[str, bytes] = field(default_factory=dict)

    def add(
        self, url: str, data: str | bytes, *, kind: str, debug_id: str = "", reference: str = ""
    ) -> Bundle:
        """Add a file."""
        entry = f"files/_/_/{url.removeprefix('~/').replace('://', '/')}"
        headers = {"debug-id": debug_id} if debug_id else {}
        if reference:
            headers["sourcemap"] = reference
        self.manifest["files"][entry] = {"type": kind, "url": url, "headers": headers}
        self.entries[entry] = data.encode() if isinstance(data, str) else data
        return self

    def zipped(self) -> bytes:
        """Return the bundle's bytes."""
        made = io.BytesIO(b"SYSB\2\0\0\0")
        made.seek(0, io.SEEK_END)
        with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
            for entry, data in self.entries.items():
                archive.writestr(entry, data)
            archive.writestr("manifest.json", json.dumps(self.manifest))
        return made.getvalue()


def bundle_of(built: Build, *, debug_id: str = DEBUG_ID, url: str = "~/static/app.min.js") -> Bundle:
    """Return the bundle of a script and its map."""
    name = url.rpartition("/")[2]
    return (
        Bundle()
        .add(url, built.script, kind="minified_source", debug_id=debug_id, reference=f"{name}.map")
        .add(f"{url}.map", built.map, kind="source_map", debug_id=debug_id)
    )


def sha1(data: bytes) -> str:
    """Return the checksum by which uploads are named."""
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()
