"""docs/editors.md in the real Vim, Neovim and Emacs."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest

from .editors import PLACES, SOURCES, recipe

if TYPE_CHECKING:
    from ..conftest import Folder

pytestmark = pytest.mark.slow

QUICKFIX = """
filetype on
source {vimrc}
edit {file}
silent make!
let found = map(filter(getqflist(), 'v:val.valid'), '[bufname(v:val.bufnr), v:val.lnum, v:val.col]')
call writefile([json_encode(found)], 'found.json')
qall!
"""
LUA = """
package.preload["lint.parser"] = function() return { from_pattern = function(pattern) PATTERN = pattern end } end
package.preload["lint"] = function() return { linters = {} } end
package.preload["null-ls"] = function()
  return { register = function() end, methods = { DIAGNOSTICS = 1 } }
end
package.preload["null-ls.helpers"] = function()
  return { generator_factory = function(given) return given end,
           diagnostics = { from_pattern = function(pattern) PATTERN = pattern end } }
end
dofile("recipe.lua")
local found = {}
for line in io.lines("lines") do table.insert(found, { line:match(PATTERN) }) end
vim.fn.writefile({ vim.json.encode(found) }, "found.json")
"""
FLYMAKE = """
(require 'python)
(load-file "recipe.el")
(find-file (pop command-line-args-left))
(setq found nil done nil)
(python-flymake (lambda (diagnostics &rest _)
  (setq found diagnostics done t)))
(while (not done) (accept-process-output nil 0.1))
(princ (mapconcat (lambda (one)
  (format "%d:%d:%s" (line-number-at-pos (flymake-diagnostic-beg one))
    (save-excursion (goto-char (flymake-diagnostic-beg one)) (1+ (current-column))) (flymake-diagnostic-text one)))
  found "\\n"))
"""


@pytest.fixture
def broken(folder: Folder) -> Folder:
    for name, content in SOURCES.items():
        folder.write(name, content)
    return folder


def editor(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not here: .ci/ecosystem installs it"
    return found


@pytest.mark.parametrize("name", SOURCES)
def test_vim_fills_its_quickfix_list(broken: Folder, name: str) -> None:
    vimrc = broken.write("vimrc", recipe("vim", "errorformat"))
    escaped = name.replace(" ", "\\ ")
    broken.write("script.vim", QUICKFIX.format(vimrc=vimrc, file=escaped))
    run = broken.run(editor("vim"), "-u", "NONE", "-N", "-e", "-s", "-S", "script.vim")
    found = json.loads((broken.path / "found.json").read_bytes())
    assert found == [[name, *PLACES[name]]], run.out + run.err


@pytest.mark.parametrize("holds", ["lint.parser", "null-ls"])
def test_the_lua_of_neovim_reads_the_lines(broken: Folder, holds: str) -> None:
    broken.write("recipe.lua", recipe("lua", holds))
    broken.write("run.lua", LUA)
    broken.write("lines", broken.guard("check", "--quiet", "--output-format=concise").out)
    run = broken.run(editor("nvim"), "--headless", "-u", "NONE", "-c", "luafile run.lua", "-c", "qall!")
    found = json.loads((broken.path / "found.json").read_bytes())
    numbers = [tuple(int(part) for part in one if part.isdigit()) for one in found]
    assert numbers == [PLACES[name] for name in sorted(PLACES)], run.err


@pytest.mark.parametrize("name", SOURCES)
def test_flymake_of_emacs_shows_the_place(broken: Folder, name: str) -> None:
    broken.write("recipe.el", recipe("elisp", "flymake"))
    broken.write("run.el", FLYMAKE)
    run = broken.run(editor("emacs"), "--batch", "-Q", "-l", "run.el", name)
    line, column, text = run.out.split(":", 2)
    assert (int(line), int(column)) == PLACES[name], run.err
    assert text.startswith("syntax-error: ")
