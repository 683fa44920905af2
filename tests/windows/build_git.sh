#!/usr/bin/env bash
# Makes FILE, a git.exe for Windows: Debian's source of git, compiled with MinGW as git's own Makefile has it for Windows.
# It has no commands that need a shell, a network or a language of their own.
# Usage: build_git.sh FILE
set -euo pipefail
file=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
. /etc/os-release
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)
echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $VERSION_CODENAME main" >sources.list
apt=(apt-get -qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$work/lists" -o APT::Sandbox::User=root)
mkdir -p lists/partial source include
"${apt[@]}" update
"${apt[@]}" source --download-only git
tar --extract --directory source --strip-components=1 --file git_*.orig.tar.xz
for name in NTSecAPI Psapi tlHelp32; do # where case makes no file, git finds these
  echo "#include <${name,,}.h>" >"include/$name.h"
done
CPATH=$work/include make --silent --directory source --jobs="$(nproc)" git.exe \
  uname_S=MINGW uname_R=2 uname_M=x86_64 uname_O=Msys MSYSTEM=MINGW64 prefix= INSTALL=install \
  CC=x86_64-w64-mingw32-gcc AR=x86_64-w64-mingw32-ar RC='x86_64-w64-mingw32-windres -O coff' \
  CFLAGS='-O1 -w' LDFLAGS='-static -s' HAVE_LIBCHARSET_H= NEEDS_LIBICONV= USE_LIBPCRE= \
  NO_{CURL,OPENSSL,ICONV,GETTEXT,PERL,PYTHON,TCLTK,EXPAT}=1
mv source/git.exe "$file"
