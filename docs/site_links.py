"""A hook of mkdocs: files of the repository outside of docs/ are pages of the site, or links to the repository, and a
page in another language says so.

The pages are read on the forge too, where ``../examples`` is a link that works. In the site it would lead nowhere.
"""

from __future__ import annotations

import posixpath
import re
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

PROJECT = Path(__file__).resolve().parent.parent
PAGES = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changes.md", "SECURITY.md": "security.md"}
"""Files at the top of the repository, and what they are called in the site."""
LANGUAGES = {"fr/": "fr"}
"""Folders of pages in another language than English, so that browsers and screen readers know it."""
LINK = re.compile(r"(\]\()(?![a-z+]+:|#|/)([^)#\s]+)(#[^)\s]*)?(\))")
FENCE = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of docs/."""
    for source, page in PAGES.items():
        if (PROJECT / source).exists():
            files.append(File.generated(config, page, abs_src_path=str(PROJECT / source)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead each relative link to the page of the site, or to the file in the repository."""
    sources = {page: source for source, page in PAGES.items()}
    here = posixpath.dirname(sources.get(page.file.src_uri, f"docs/{page.file.src_uri}"))
    folder = posixpath.dirname(page.file.src_uri) or "."

    def lead(link: re.Match[str]) -> str:
        before, target, anchor, after = link.groups()
        path = posixpath.normpath(posixpath.join(here, target))
        if path in PAGES:
            return before + posixpath.relpath(PAGES[path], folder) + (anchor or "") + after
        if path.startswith("docs/") and files.get_file_from_path(path.removeprefix("docs/")):
            return before + posixpath.relpath(path.removeprefix("docs/"), folder) + (anchor or "") + after
        if not (PROJECT / path).exists():
            return link[0]  # mkdocs says that it leads nowhere
        kind = "tree" if (PROJECT / path).is_dir() else "blob"
        return f"{before}{config.repo_url}/{kind}/main/{path}{anchor or ''}{after}"

    parts = FENCE.split(markdown)
    return "".join(part if part.startswith("```") else LINK.sub(lead, part) for part in parts)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:  # noqa: ARG001 - mkdocs passes it by name
    """Name the language of a page that is not in English."""
    for folder, language in LANGUAGES.items():
        if page.file.src_uri.startswith(folder):
            return re.sub(r"<html lang=\"en\"", f'<html lang="{language}"', output, count=1)
    return output
