#!/usr/bin/env python3
"""Fails if a dependency has a licence that deny.toml does not allow. For machines without cargo-deny; needs Python 3.11.

Reads what `cargo metadata` says of all packages that a build with the features of deny.toml can use, those of tests and
benches among them. Unlike cargo-deny it believes the manifests and reads no licence file.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def allowed(expression: str, licences: set[str]) -> bool:
    """Whether an SPDX expression can be met: `OR` leaves the choice, `AND` binds closer and does not."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one() -> bool:
        token = tokens.pop(0) if tokens else ""
        if token == "(":
            met = either()
            if not tokens or tokens.pop(0) != ")":
                raise ValueError(expression)
            return met
        if tokens and tokens[0] == "WITH":
            token = " ".join([token, tokens.pop(0), tokens.pop(0)])
        return token in licences

    met = either()
    if tokens:
        raise ValueError(expression)
    return met


def main() -> int:
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    licences = set(rules["licenses"]["allow"])
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    features = rules["graph"].get("features", [])
    command += ["--features", ",".join(features)] if features else []
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    clarified = {entry["crate"]: entry["expression"] for entry in rules["licenses"].get("clarify", [])}
    refused = []
    for package in metadata["packages"]:
        expression = package["license"] or clarified.get(package["name"], "")
        try:
            fine = allowed(expression, licences)
        except (IndexError, ValueError):
            fine = False
        if not fine:
            refused.append(f"{package['name']} {package['version']}: {expression or 'no licence'}")
    for line in refused:
        print(f"not allowed by deny.toml: {line}", file=sys.stderr)
    print(f"{len(metadata['packages'])} packages, {len(refused)} with a licence that is not allowed")
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
