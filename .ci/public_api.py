"""Lists the public interface, from rustdoc's JSON (format 57, of a nightly toolchain), one line per item:

    cargo +nightly rustdoc --lib --features traces,tracing -- -Z unstable-options --output-format json
    python3 .ci/public_api.py target/doc/etiology.json >docs/api.txt
"""

import json
import sys

DERIVED = ["Clone", "Copy", "Debug", "Default", "Display", "Error", "PartialEq", "Eq", "Hash", "PartialOrd", "Ord", "Serialize", "Deserialize"]

crate = json.load(open(sys.argv[1]))
index = crate["index"]
crate_name = index[str(crate["root"])]["name"]


def generic_arguments(args):
    if not args:
        return ""
    if "parenthesized" in args:
        inner = args["parenthesized"]
        output = inner.get("output")
        return "(" + ", ".join(map(show, inner["inputs"])) + ")" + (" -> " + show(output) if output else "")
    inner = args["angle_bracketed"]
    parts = [next(iter(arg.values())) if isinstance(arg, dict) else "_" for arg in inner["args"]]
    parts = [part if isinstance(part, str) else show(part) for part in parts]
    for constraint in inner.get("constraints", []):
        binding = constraint["binding"]
        if "equality" in binding:
            parts.append(constraint["name"] + " = " + show(binding["equality"]["type"]))
        else:
            parts.append(constraint["name"] + ": " + bounds(binding["constraint"]))
    return "<" + ", ".join(parts) + ">" if parts else ""


def path(resolved):
    return resolved["path"].split("::")[-1] + generic_arguments(resolved.get("args"))


def bounds(all_bounds):
    names = []
    for bound in all_bounds:
        if "trait_bound" in bound:
            maybe = "?" if bound["trait_bound"]["modifier"] == "maybe" else ""
            names.append(maybe + path(bound["trait_bound"]["trait"]))
        elif "outlives" in bound:
            names.append(bound["outlives"])
    return " + ".join(names)


def show(kind):
    (name, inner), = kind.items()
    if name == "resolved_path":
        return path(inner)
    if name in ("primitive", "generic"):
        return inner
    if name == "borrowed_ref":
        life = inner["lifetime"] + " " if inner["lifetime"] else ""
        return "&" + life + ("mut " if inner["is_mutable"] else "") + show(inner["type"])
    if name == "tuple":
        return "(" + ", ".join(map(show, inner)) + ("," if len(inner) == 1 else "") + ")"
    if name == "slice":
        return "[" + show(inner) + "]"
    if name == "array":
        return "[" + show(inner["type"]) + "; " + inner["len"] + "]"
    if name == "impl_trait":
        return "impl " + bounds(inner)
    if name == "dyn_trait":
        traits = [path(bound["trait"]) for bound in inner["traits"]]
        return "dyn " + " + ".join(traits + ([inner["lifetime"]] if inner["lifetime"] else []))
    if name == "qualified_path":
        return "<" + show(inner["self_type"]) + ">::" + inner["name"]
    raise SystemExit(f"a kind of type that this script does not know: {name}")


def signature(item):
    function = item["inner"]["function"]
    inputs = []
    for name, kind in function["sig"]["inputs"]:
        text = show(kind)
        own = {"Self": "self", "&Self": "&self", "&mut Self": "&mut self"}.get(text)
        inputs.append(own if name == "self" and own else f"{name}: {text}")
    generics = [
        param["name"] + (": " + bounds(param["kind"]["type"]["bounds"]) if param["kind"]["type"]["bounds"] else "")
        for param in function["generics"]["params"]
        if "type" in param["kind"] and not param["kind"]["type"]["is_synthetic"]
    ]
    output = function["sig"]["output"]
    must_use = "#[must_use] " if any("must_use" in str(attr) for attr in item["attrs"]) else ""
    text = f"{must_use}fn {item['name']}" + (f"<{', '.join(generics)}>" if generics else "")
    return text + "(" + ", ".join(inputs) + ")" + (f" -> {show(output)}" if output else "")


def implementations(item):
    kind = item["inner"].get("struct") or item["inner"].get("enum")
    methods, traits = [], set()
    for number in kind["impls"]:
        block = index[str(number)]["inner"]["impl"]
        if block["trait"] is None:
            members = [index[str(member)] for member in block["items"]]
            methods += [signature(member) for member in members if "function" in member["inner"] and member["visibility"] == "public"]
        elif not block["is_synthetic"] and not block["blanket_impl"]:
            traits.add(block["trait"]["path"].split("::")[-1])
    return sorted(methods, key=lambda line: line.replace("#[must_use] ", "")), [name for name in DERIVED if name in traits]


def fields(members):
    shown = [index[str(member)] for member in members]
    return [f"{field['name']}: {show(field['inner']['struct_field'])}" for field in shown if field["visibility"] in ("public", "default")]


def describe(name, item):
    (kind, inner), = item["inner"].items()
    non_exhaustive = " (non_exhaustive)" if any("non_exhaustive" in str(attr) for attr in item["attrs"]) else ""
    if kind == "function":
        yield signature(item)
        return
    if kind == "type_alias":
        yield f"type {name} = {show(inner['type'])}"
        return
    if kind == "trait":
        yield f"trait {name}: {bounds(inner['bounds'])}"
        for member in inner["items"]:
            member = index[str(member)]
            yield "    " + (signature(member) if "function" in member["inner"] else f"type {member['name']}")
        return
    methods, traits = implementations(item)
    yield f"{kind} {name}{non_exhaustive}" + (": " + ", ".join(traits) if traits else "")
    if kind == "enum":
        for variant in inner["variants"]:
            variant = index[str(variant)]
            shape = variant["inner"]["variant"]["kind"]
            text = variant["name"]
            if isinstance(shape, dict) and "tuple" in shape:
                text += "(" + ", ".join(show(index[str(field)]["inner"]["struct_field"]) for field in shape["tuple"]) + ")"
            elif isinstance(shape, dict):
                text += " { " + ", ".join(fields(shape["struct"]["fields"])) + " }"
            yield "    " + text
    elif isinstance(inner["kind"], dict) and "plain" in inner["kind"]:
        for field in inner["kind"]["plain"]["fields"]:
            field = index[str(field)]
            if field["visibility"] == "public":
                yield f"    {field['name']}: {show(field['inner']['struct_field'])}"
    for method in methods:
        yield "    " + method


def members(module):
    """The (name, item) of all that a module shows, by name; of a glob nothing, as it has its own module."""
    shown = [index[str(number)] for number in module["inner"]["module"]["items"]]
    uses = [item["inner"]["use"] for item in shown if "use" in item["inner"]]
    named = [(use["name"], index[str(use["id"])]) for use in uses if not use["is_glob"]]
    return sorted(named + [(item["name"], item) for item in shown if "use" not in item["inner"]], key=lambda pair: pair[0])


print("# The public interface with the features boosted-trees, traces and tracing. Made by .ci/public_api.py, which says how.")
root = index[str(crate["root"])]
modules = [(name, item) for name, item in members(root) if "module" in item["inner"]]
for module, names in [("", [pair for pair in members(root) if "module" not in pair[1]["inner"]])] + [(name, members(item)) for name, item in modules]:
    print(f"\n## {crate_name}{'::' + module if module else ''}")
    if module == "prelude":
        print("\n" + ", ".join(name for name, _ in names) + "; also at the crate's root")
        continue
    for name, item in names:
        print()
        for line in describe(name, item):
            print(line)
