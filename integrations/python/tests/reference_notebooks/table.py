"""What a run of the reference's notebooks came to, as text: cells, failures, and figures beside each other."""


def share(record):
    """How many cells that use `gcm` ran, and how many there are."""
    using = [cell for cell in record["cells"] if cell["uses"]]
    left = [cell for cell in record.get("left", []) if cell["uses"]]
    return sum(cell["error"] is None for cell in using), len(using) + len(left)


def failures(record):
    """The cells that failed, each as a line."""
    lines = [f"[{cell['index']}]{'' if cell['uses'] else ' (uses no gcm)'} {cell['error']}" for cell in record["cells"] if cell["error"]]
    if "ended" in record:
        left = ", ".join(str(cell["index"]) for cell in record["left"])
        lines.append(f"[{left}] not reached: the run of {record['package']} was ended after {record['ended']} s")
    return lines


def of_cells(ours, theirs):
    """A row per notebook, and one for all."""
    lines = [f"{'notebook':<14} {'package':<16} {'cells':>6} {'use gcm':>8} {'ran':>4} {'percent':>8} {'seconds':>8}"]
    for records in (ours, theirs):
        rows = [(name, len(record["cells"]) + len(record.get("left", [])), *reversed(share(record)), record["seconds"]) for name, record in records.items()]
        if rows:
            rows.append(("all", *(sum(row[column] for row in rows) for column in (1, 2, 3, 4))))
        for name, cells, using, ran, seconds in rows:
            package = "{package} {version}".format(**next(iter(records.values())))
            percent = f"{100 * ran / using:.0f} %" if using else "-"
            lines.append(f"{name:<14} {package:<16} {cells:>6} {using:>8} {ran:>4} {percent:>8} {seconds:>8.1f}")
    return "\n".join(lines)


def of_failures(*packages):
    lines = [f"{record['package']}: {name} {line}" for records in packages for name, record in records.items() for line in failures(record)]
    return "\n".join(["", "Failed:", *lines] if lines else ["", "No cell failed."])


def of_figures(ours, theirs):
    """The figures of each cell by node: value, its error or its bounds, and those of the reference at its side."""
    lines = []
    for name, record in ours.items():
        other = theirs.get(name, {"cells": []})
        reference = {cell["index"]: together(cell["figures"]) for cell in other["cells"]}
        for cell in record["cells"]:
            for title, figures in together(cell["figures"]).items():
                beside = reference.get(cell["index"], {}).get(title, {})
                heads = [f"{record['package']} {record['version']}", f"{other['package']} {other['version']}" if beside else ""]
                lines += ["", f"{name} [{cell['index']}] {title}", "  ".join([f"{'':<32}", f"{heads[0]:>34}", f"{heads[1]:>34}"]).rstrip()]
                for node in [*figures, *(node for node in beside if node not in figures)]:
                    columns = [f"{node:<32}", f"{written(figures.get(node)):>34}", f"{written(beside.get(node)) if beside else '':>34}"]
                    lines.append("  ".join(columns).rstrip())
    return "\n".join(lines)


def of_figures_in_markdown(ours, theirs):
    """The same as one table of Markdown; a cell that the reference did not reach is told."""
    lines = []
    for name, record in ours.items():
        other = theirs.get(name, {"cells": []})
        reference = {cell["index"]: together(cell["figures"]) for cell in other["cells"]}
        if not lines:
            heads = [" ".join(map(str, (side.get("package", "-"), side.get("version", "")))).strip() for side in (record, other)]
            lines += ["| notebook, cell | figure | " + " | ".join(heads) + " |", "|---|---|---|---|"]
        for cell in record["cells"]:
            for title, figures in together(cell["figures"]).items():
                beside = reference.get(cell["index"], {}).get(title)
                for node in figures:
                    there = "not reached" if beside is None else written(beside.get(node))
                    lines.append(f"| {name} [{cell['index']}], `{title}` | {node.replace('->', '→')} | {written(figures[node])} | {there} |")
    return "\n".join(lines)


def together(figures):
    """The figures of a cell by name; those that are bounds of the values before them, with these."""
    merged = {}
    for title, entries in figures.items():
        last = next(reversed(merged), None)
        bounds = all("lower" in entry for entry in entries.values())
        if bounds and last and merged[last].keys() == entries.keys() and all("value" in entry for entry in merged[last].values()):
            merged[last] = {node: merged[last][node] | entries[node] for node in entries}
        else:
            merged[title] = entries
    return merged


def written(entry):
    if entry is None:
        return "-"
    parts = [f"{entry['value']:.4g}"] if "value" in entry else []
    parts += [f"± {entry['error']:.2g}"] if "error" in entry else []
    parts += [f"({entry['lower']:.4g} to {entry['upper']:.4g})"] if "lower" in entry else []
    return " ".join(parts)
