"""The code cells of a notebook: read, their imports renamed, and which of them use the module `gcm`."""

import ast
import json
import re
from dataclasses import dataclass, field

REFERENCE = "dowhy"
MODULE = "gcm"
ONLY_IPYTHON = re.compile(r"\s*(%{1,2}\w|!)")


@dataclass
class Cell:
    """One code cell: its place among all cells of the notebook, its code, and what of it comes from `gcm`."""

    index: int
    tree: ast.Module
    uses: bool  # it names the module, or an object that was made with it
    names: bool  # it names the module itself
    made: list = field(default_factory=list)  # the names that it binds to what was made with the module


def read(path):
    """The code cells of a notebook that have code, in order. Raises `SyntaxError` with the place of the cell."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    sources = [(index, "".join(cell["source"])) for index, cell in enumerate(cells) if cell["cell_type"] == "code"]
    trees = [(index, ast.parse(without_magics(source), f"{path.name}[{index}]")) for index, source in sources]
    followed = Origins()
    return [followed.cell(index, tree) for index, tree in trees if tree.body]


def without_magics(source):
    """The code without the lines that only IPython understands: magics, and commands of the shell."""
    return "\n".join("" if ONLY_IPYTHON.match(line) else line for line in source.split("\n"))


class Origins:
    """Follows, from cell to cell, which names are bound to the module `gcm`, or to what was made with it."""

    def __init__(self):
        self.modules, self.objects = set(), set()

    def cell(self, index, tree):
        cell = Cell(index, tree, self.concerned(tree), self.names_module(tree))
        for statement in tree.body:
            for name, made in self.bindings(statement):
                if made:
                    self.objects.add(name)
                    cell.made += [name] if name not in cell.made else []
                elif isinstance(statement, ast.Assign):
                    self.objects.discard(name)
        return cell

    def concerned(self, node):
        return self.names_module(node) or any(name in self.objects for name in loaded(node))

    def names_module(self, node):
        """Whether the module is imported, or named, in this piece of code. What it imports counts from here on."""
        imported = {bound for child in ast.walk(node) for bound in imports_of_module(child)}
        self.modules |= imported
        as_attribute = any(isinstance(child, ast.Attribute) and ast.unparse(child) == f"{REFERENCE}.{MODULE}" for child in ast.walk(node))
        return bool(imported) or as_attribute or any(name in self.modules for name in loaded(node))

    def bindings(self, statement):
        """The names that a statement binds, each with whether it is bound to what was made with the module."""
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
            yield statement.name, self.concerned(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign):
                yield from ((name, self.concerned(node.value)) for target in node.targets for name in stored(target))
            elif isinstance(node, (ast.AnnAssign, ast.AugAssign)) and node.value is not None:
                yield from ((name, self.concerned(node.value)) for name in stored(node.target))
            elif isinstance(node, ast.For):
                yield from ((name, self.concerned(node.iter)) for name in stored(node.target))


def loaded(node):
    return (child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Load))


def stored(node):
    return (child.id for child in ast.walk(node) if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store))


def imports_of_module(node):
    """The names that an import binds to the module `gcm`, or to what is in it."""
    full = f"{REFERENCE}.{MODULE}"
    if isinstance(node, ast.Import):
        return [alias.asname or REFERENCE for alias in node.names if alias.name == full or alias.name.startswith(f"{full}.")]
    if isinstance(node, ast.ImportFrom) and node.module:
        inside = node.module == full or node.module.startswith(f"{full}.")
        return [alias.asname or alias.name for alias in node.names if inside or (node.module == REFERENCE and alias.name == MODULE)]
    return []


class Rename(ast.NodeTransformer):
    """Lets imports of the reference import the same of another package, and changes nothing else."""

    def __init__(self, package):
        self.package = package

    def renamed(self, name):
        root, dot, rest = name.partition(".")
        return f"{self.package}{dot}{rest}" if root == REFERENCE else name

    def visit_Import(self, node):
        statements = [node]
        for alias in node.names:
            if alias.name.partition(".")[0] == REFERENCE and not alias.asname and self.package != REFERENCE:
                # `import dowhy.gcm` binds `dowhy`, and the code below says so.
                statements.append(ast.parse(f"{REFERENCE} = {self.package}").body[0])
            alias.name = self.renamed(alias.name)
        return statements

    def visit_ImportFrom(self, node):
        if node.module and node.level == 0:
            node.module = self.renamed(node.module)
        return node


def renamed(tree, package):
    """The same code, importing from `package`. Changes the tree that it is given."""
    return ast.fix_missing_locations(Rename(package).visit(tree))
