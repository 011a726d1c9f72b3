"""What `mkdocs` needs to know: pages made of other files, equations, the import root."""

import base64
import json
import re
from pathlib import Path

from latex2mathml.converter import convert
from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
PACKAGES = ("envs", "agents", "training", "benchmarks")
# Pages that stand elsewhere in the checkout.
ELSEWHERE = {
    "index.md": "README.md",
    "changelog.md": "CHANGELOG.md",
    "contributing.md": "CONTRIBUTING.md",
}
LICENCE = "LICENSE.txt"


def on_startup(command, dirty):
    """The packages have no common folder; the API reference is made from one."""
    root = ROOT / "build" / "import" / "aifgym"
    root.mkdir(parents=True, exist_ok=True)
    for package in PACKAGES:
        if not (root / package).exists():
            (root / package).symlink_to(ROOT / package)


def on_config(config):
    """Equations become MathML."""
    fence = {"name": "math", "class": "math", "format": _equation}
    config.mdx_configs.setdefault("pymdownx.superfences", {})["custom_fences"] = [fence]
    return config


def on_files(files, config):
    """Adds the pages that are made of other files."""
    for page, source in ELSEWHERE.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=_links_from_docs(text)))
    for notebook in sorted((ROOT / "docs").glob("*.ipynb")):
        for name, content in _pages_of(notebook).items():
            files.append(File.generated(config, name, content=content))
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    files.append(File.generated(config, LICENCE, content=licence))
    return files


def on_page_markdown(markdown, page, config, files):
    """Links that leave the folder lead to the pages made of what they name."""
    markdown = markdown.replace("/report.md)", "/report.html)")
    for name, source in ELSEWHERE.items():
        markdown = markdown.replace(f"](../{source}", f"]({name}")
    return markdown.replace("](../LICENSE)", f"]({LICENCE})")


def _links_from_docs(text: str) -> str:
    """A file of the checkout's root, with its links as seen from `docs`."""
    text = re.sub(r"\]\(docs/", "](", text).replace(".ipynb)", ".md)")
    for name, source in ELSEWHERE.items():
        text = text.replace(f"]({source}", f"]({name}")
    return text.replace("](LICENSE)", f"]({LICENCE})")


def _pages_of(notebook: Path) -> dict[str, str | bytes]:
    """A notebook as a page of the same name, with what its cells printed and drew; its pictures."""
    parts, pictures = [f"[This notebook]({notebook.name}) is run by a test."], {}
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        parts.append(source if cell["cell_type"] == "markdown" else f"```python\n{source}\n```")
        for output in cell.get("outputs", ()):
            if "text" in output:
                parts.append(f"```text\n{''.join(output['text'])}```")
            elif "image/png" in output["data"]:
                name = f"images/{notebook.stem}_{len(pictures)}.png"
                pictures[name] = base64.b64decode(output["data"]["image/png"])
                parts.append(f"![What the cell above draws]({name})")
    return {f"{notebook.stem}.md": "\n\n".join(parts), **pictures}


def _equation(source, language, css_class, options, md, **kwargs) -> str:
    """One line is one equation."""
    lines = (line for line in source.strip().splitlines() if line.strip())
    return "".join(f'<div class="math">{convert(line, display="block")}</div>' for line in lines)
