#!/usr/bin/env python3
"""Fails where the code does not keep to the layers of docs/design.md. Needs Python 3.9 and nothing else.

Under the heading "## Layers" stands one table. The first cell of a row holds one or more module paths in backticks, such as
`src/error` or `src/mechanism/function`; rows go from the bottom to the top, and a module may use only its own row and those
before it. A file belongs to the row with the longest path that it lies under. Found, each with file and line: paths in code to
an item of a later row, cycles of files, files in no row, rows without files, folders too wide, files too long.

An arrow goes to the file that defines the item, however often it is re-exported on the way. So a `mod.rs` that lists its
children is a contents page and in no cycle with them; one that defines what its children use is. Code under `#[cfg(test)]`
does not count, and macros are not expanded: what one defines counts as defined in the module that the path names.
"""

import re
import sys
import tempfile
from pathlib import Path

MOST_FILES, MOST_LINES = 14, 460
# Modules that list others, and are told apart from what they list.
CONTENTS = ("lib.rs", "mod.rs")
# Comments, raw strings, strings, and characters (not lifetimes).
NO_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|\bb?r(#*)".*?"\1|"(?:\\.|[^"\\])*"|'(?:\\[^']+|[^'\\\n])'""", re.S)
TEST_ONLY = re.compile(r"#\[cfg\((?:test|all\([^\]]*\btest\b[^\]]*\))\)\]")
ITEM = re.compile(r"\b(?:fn|struct|enum|union|trait|type|static(?:\s+mut)?|const(?!\s+fn)|macro_rules!)\s+(\w+)")
MODULE = re.compile(r"\bmod\s+(\w+)\s*;")
USE = re.compile(r"(\bpub(?:\([^)]*\))?\s+)?\buse\s+([^;]+);")
PATH = re.compile(r"(?<![\w:])\w+(?:\s*::\s*\w+)+")


class Module:
    """A module's own names: child modules, items, what it imports under which name; and the paths in its code."""

    def __init__(self, file, parent):
        self.file, self.parent, self.root = file, parent, parent.root if parent else self
        self.children, self.items, self.imports, self.globs = {}, set(), {}, []
        self.paths = []  # (segments, line, the name if it is an import, whether it is a re-export)


def blank(text, pattern=r"(?s).+", start=0, end=None):
    """The text with what matches between the two places blanked, but for line ends, so that lines keep their numbers."""
    blanked = re.sub(pattern, lambda match: re.sub(r"[^\n]", " ", match[0]), text[start:end])
    return text[:start] + blanked + (text[end:] if end else "")


def end_of_item(text, start):
    """The place after the item that starts here: its closing brace, or its semicolon."""
    depth = 0
    for place, character in enumerate(text[start:], start):
        depth += (character in "([{") - (character in ")]}")
        if depth == 0 and character in ";}":
            return place + 1
    return len(text)


def code_of(text):
    """The code without comments, strings, and what is compiled for tests alone."""
    text = blank(blank(text, NO_CODE), r"\bpub\s*\(\s*in\b[^)]*\)")
    while match := TEST_ONLY.search(text):
        text = blank(text, start=match.start(), end=end_of_item(text, match.end()))
    return text


def outline(text):
    """The code outside all braces, each pair of which with what it holds becomes a semicolon and blanks."""
    while (less := re.sub(r"\{[^{}]*\}", lambda inner: ";" + blank(inner[0][1:]), text)) != text:
        text = less
    return text


def leaves(tree):
    """The (segments, name) of all paths in the tree of a `use`; the name of a glob is `*`."""
    tree = re.sub(r"\s+", "", re.sub(r"\s+as\s+", "@", tree))
    while group := re.search(r"([\w:]*)\{([^{}]*)\}", tree):
        paths = ",".join(group[1] + path for path in group[2].split(",") if path)
        tree = tree[: group.start()] + paths + tree[group.end() :]
    for path in filter(None, tree.split(",")):
        path, _, name = path.partition("@")
        segments = tuple(path.removeprefix("::").removesuffix("::self").split("::"))
        yield (segments[:-1], "*") if segments[-1] == "*" else (segments, name or segments[-1])


def read_module(file, parent, text, first_line, all_modules):
    """The module in this code, after which come its children, in files of their own or not."""
    module = Module(file, parent)
    all_modules.append(module)
    line_of = lambda match: text.count("\n", 0, match.start()) + first_line
    for match in MODULE.finditer(outline(text)):
        name, end = match[1], end_of_item(text, match.end() - 1)
        if text[match.end() - 1] == "{":
            inner, line = text[match.end() : end - 1], text.count("\n", 0, match.end()) + first_line
            module.children[name] = read_module(file, module, inner, line, all_modules)
            text = blank(text, start=match.start(), end=end)
        elif name != "tests":
            folder = file.parent if file.name in CONTENTS else file.with_suffix("")
            child = next((path for path in (folder / f"{name}.rs", folder / name / "mod.rs") if path.exists()), None)
            if child:
                module.children[name] = read_module(child, module, code_of(child.read_text()), 1, all_modules)
    module.items = set(ITEM.findall(outline(text)))
    for match in USE.finditer(text):
        for segments, name in leaves(match[2]):
            if name == "*":
                module.globs.append(segments)
            else:
                module.imports[name] = segments
                module.paths.append((segments, line_of(match), name, bool(match[1])))
    text = blank(text, USE)
    for match in PATH.finditer(text):
        module.paths.append((tuple(re.split(r"\s*::\s*", match[0])), line_of(match), None, False))
    module.code, module.line = text, first_line
    return module


def find(module, segments, seen=frozenset()):
    """What a path means within a module: another module, or the file of an item; None if it is of another crate."""
    at, rest = module, list(segments)
    while rest and rest[0] in ("crate", "self", "super"):
        at = {"crate": module.root, "self": at, "super": at.parent or at}[rest.pop(0)]
    ours = len(rest) < len(segments)
    while rest:
        name = rest.pop(0)
        imported = at.imports.get(name)
        if name in at.children and (rest or (name not in at.items and imported in (None, (name,)))):
            found = at.children[name]
        elif name in at.items:
            return at.file
        else:
            ways = [imported] if imported else [(*glob, name) for glob in at.globs]
            ways = [way for way in ways if (at, way) not in seen]
            found = next(filter(None, (find(at, way, seen | {(at, way)}) for way in ways)), None)
            if not isinstance(found, Module):
                return found or (at.file if ours and not imported else None)
        at, ours = found, True
    return at


def arrows_of(module):
    """The (line, file) of every item of another file that the module's code names."""
    paths = list(module.paths)
    for segments in module.globs:
        source = find(module, segments)
        for name in sorted({*source.items, *source.imports}) if isinstance(source, Module) else ():
            if word := re.search(rf"\b{name}\b", module.code):
                paths.append(((*segments, name), module.code.count("\n", 0, word.start()) + module.line, None, False))
    spoken = set(re.findall(r"\w+", module.code))
    for segments, line, name, is_public in paths:
        target = find(module, segments)
        if isinstance(target, Module):
            target = None if target.file.name in CONTENTS else target.file
        # What is only passed on: by a re-export, or by an import that the children use.
        passed_on = is_public or (name is not None and name not in spoken)
        listed = passed_on and module.file.name in CONTENTS and target and module.file.parent in target.parents
        if target not in (None, module.file) and not listed:
            yield line, target


def cycles(graph):
    """Shortest cycles, until every file that is on any cycle is on one of them."""
    told = set()
    for start in sorted(graph):
        came, queue = {}, [start]
        for file in queue if start not in told else ():
            for after in sorted(set(graph.get(file, ())) - came.keys()):
                came[after] = file
                queue.append(after)
        if start in came:
            cycle = [came[start]]
            while cycle[0] != start:
                cycle.insert(0, came[cycle[0]])
            told.update(cycle)
            yield cycle


def layers(design):
    """The rank of every module path of the table, 0 at the bottom."""
    section = re.search(r"^## Layers$(.*?)(?=^## |\Z)", design, re.M | re.S)
    rows = re.findall(r"^\|([^|]*`[^|]*)\|", section[1] if section else "", re.M)
    return {path: rank for rank, row in enumerate(rows) for path in re.findall(r"`([^`]+)`", row)}


def faults(root):
    """Every fault of the project in this folder, as a line."""
    for folder in ("src", "tests", "examples", "benches"):
        files = sorted((root / folder).rglob("*.rs"))
        for parent in sorted({file.parent for file in files}):
            if (count := sum(file.parent == parent for file in files)) > MOST_FILES:
                yield f"{parent.relative_to(root)}: {count} files at one level, at most {MOST_FILES} are allowed"
        for file in files:
            if (lines := len(file.read_text().splitlines())) > MOST_LINES:
                yield f"{file.relative_to(root)}:{lines}: {lines} lines, at most {MOST_LINES} are allowed"
    ranks = layers((root / "docs/design.md").read_text())
    if not ranks:
        yield "docs/design.md: no table of module paths under the heading `## Layers`"
    modules, graph, rows = [], {}, {}
    library = root / "src/lib.rs"
    read_module(library, None, code_of(library.read_text()), 1, modules)
    for module in modules:
        path = module.file.relative_to(root)
        place = path.parent if path.name == "mod.rs" else path.with_suffix("")
        rows[module.file] = next((str(way) for way in (place, *place.parents) if str(way) in ranks), None)
        if ranks and rows[module.file] is None and module.file != library and (module.items or "impl" in module.code):
            yield f"{path}:1: in no row of the table of layers"
    for row in ranks:
        if row not in rows.values() and not any(str(file.relative_to(root)).startswith(f"{row}/") for file in rows):
            yield f"docs/design.md: the row `{row}` has no file"
    for module in modules:
        for line, target in arrows_of(module) if module.file != library else ():
            if target in graph.setdefault(module.file, {}):
                continue
            graph[module.file][target] = line
            own, other = rows[module.file], rows[target]
            if target == library or (own and other and ranks[other] > ranks[own]):
                arrow = f"`{own}` uses {target.relative_to(root)}, and `{other or 'src/lib'}` stands above it"
                yield f"{module.file.relative_to(root)}:{line}: {arrow}"
    for cycle in cycles(graph):
        steps = zip(cycle, [*cycle[1:], cycle[0]])
        yield "a cycle: " + " -> ".join(f"{file.relative_to(root)}:{graph[file][after]}" for file, after in steps)


SOUND_AND_FAULTY = {
    "docs/design.md": "## Layers\n|m|s|\n|---|---|\n|`src/low`|l|\n|`src/mid`, `src/gone`|m|\n|`src/top`|t|\n## E\n|`src/odd`|",
    "src/lib.rs": "mod low; mod mid; mod top; mod odd;\npub use top::Top;\n#[cfg(test)]\nmod checks;",
    "src/low.rs": """// crate::top::Top\nuse std::fmt;\nuse crate::{\n    Top,\n    mid,\n};
        pub fn low<'a>() -> &'a str { mid::deep(); "crate::top" }\n#[cfg(test)]\nmod tests { use crate::top::Top; }""",
    "src/mid/mod.rs": "//! A contents page.\nmod deep;\nmod wide;\npub(crate) use deep::*;\nuse wide::Wide;",
    "src/mid/deep.rs": "use super::Wide;\npub fn deep() {}",
    "src/mid/wide.rs": "pub struct Wide;\nmod inner { fn f() {\n    crate::mid::deep() } }",
    "src/top/mod.rs": "mod part;\npub struct Top;\nfn f() { part::g() }",
    "src/top/part.rs": "use super::*;\npub fn g() -> Top { crate::low::low() }",
    "src/odd.rs": "pub struct Odd;",
    "src/checks.rs": "use crate::top::Top; struct Check;",
    "tests/long.rs": "//\n" * (MOST_LINES + 1),
    **{f"benches/many/b{number}.rs": "" for number in range(MOST_FILES + 1)},
}
ITS_FAULTS = """tests/long.rs:461: 461 lines, at most 460 are allowed
benches/many: 15 files at one level, at most 14 are allowed
src/odd.rs:1: in no row of the table of layers
docs/design.md: the row `src/gone` has no file
src/low.rs:3: `src/low` uses src/top/mod.rs, and `src/top` stands above it
src/low.rs:7: `src/low` uses src/mid/deep.rs, and `src/mid` stands above it
a cycle: src/low.rs:3 -> src/top/mod.rs:3 -> src/top/part.rs:2
a cycle: src/mid/deep.rs:1 -> src/mid/wide.rs:3"""


def main():
    if sys.argv[1:] != ["--self-test"]:
        found = list(faults(Path(__file__).resolve().parent.parent))
        print("\n".join([*found, f"{len(found)} faults of the layers"]))
        return 1 if found else 0
    with tempfile.TemporaryDirectory() as folder:
        for name, text in SOUND_AND_FAULTY.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(text)
        found = list(faults(Path(folder)))
    print("\n".join(found), f"{len(found)} made-up faults found", sep="\n")
    return 0 if found == ITS_FAULTS.splitlines() else f"expected:\n{ITS_FAULTS}"


if __name__ == "__main__":
    sys.exit(main())
