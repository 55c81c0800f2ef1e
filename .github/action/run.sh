#!/usr/bin/env bash
# What the action does: brings tunelint here, runs it once, tells the job about it. The inputs come as variables, since
# what a workflow puts into a script's text could be anybody's. Runs in bash 3.2, which macOS has.
set -euo pipefail

RELEASES='https://github.com/tunelint/tunelint/releases/download'
# GitHub drops a summary that is larger.
SUMMARY_BYTES=1048576

action="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)"
workspace="$PWD"

# A text as the message of a workflow command takes it.
escaped() {
  local text="$1"
  text="${text//'%'/%25}"
  text="${text//$'\r'/%0D}"
  printf '%s' "${text//$'\n'/%0A}"
}

# What nobody can foresee, so that no text can end what it is put into.
token() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

output() {
  local mark
  [[ -n ${GITHUB_OUTPUT:-} ]] || return 0
  mark="end_$(token)"
  printf '%s<<%s\n%s\n%s\n' "$1" "$mark" "$2" "$mark" >> "$GITHUB_OUTPUT"
}

# Ends the step where tunelint could not run.
fail() {
  printf '::error title=tunelint::%s\n' "$(escaped "$1")"
  output exit-code 2
  exit 2
}

# An input that is yes or no.
is_true() {
  case "$2" in
    true) return 0 ;;
    false) return 1 ;;
    *) fail "the input $1 is true or false, and not '$2'" ;;
  esac
}

# A path of this shell as other programs of the system understand it: bash on Windows has its own.
native() { if command -v cygpath > /dev/null; then cygpath -m -- "$1"; else printf '%s' "$1"; fi; }

is_absolute() { case "$1" in /* | [A-Za-z]:[\\/]*) return 0 ;; *) return 1 ;; esac }

# A path that a file of this run is found under from anywhere.
absolute() { if is_absolute "$1"; then printf '%s' "$1"; else printf '%s/%s' "$(native "$PWD")" "$1"; fi; }

# The platform as releases name it. On Linux the binary that needs no library of the system, so that it runs on any.
target() {
  local system machine
  system="$(uname -s)"
  machine="${RUNNER_ARCH:-$(uname -m)}"
  case "$machine" in
    X64 | x86_64 | amd64) machine=x86_64 ;;
    ARM64 | arm64 | aarch64) machine=aarch64 ;;
    *) system=none ;;
  esac
  case "$system" in
    Linux) printf '%s-unknown-linux-musl' "$machine" ;;
    Darwin) printf '%s-apple-darwin' "$machine" ;;
    MINGW* | MSYS* | CYGWIN*) printf '%s-pc-windows-msvc' "$machine" ;;
    *) return 1 ;;
  esac
}

digest() {
  if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi | cut -d' ' -f1
}

# The digest that is listed for an archive.
listed() {
  local sum name
  while read -r sum name; do
    [[ ${name%$'\r'} == "$1" ]] && printf '%s' "$sum" && return
  done < "$action/.github/action/checksums.txt"
  return 0
}

# Downloads a release into a folder and sets `binary`.
install() {
  local folder="$1" version="${TUNELINT_VERSION#v}" platform name expected found
  local hint='; where tunelint is on the runner already, name it with the input binary'
  [[ -n $version ]] || version="$(sed -n 's/^version = "\(.*\)"$/\1/p' "$action/Cargo.toml" | head -n 1)"
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?$ ]] || fail "the input version is no version: '$version'"
  platform="$(target)" || fail "there is no tunelint for $(uname -s) on ${RUNNER_ARCH:-$(uname -m)}$hint"
  name="tunelint-$version-$platform"
  expected="$(listed "$name.tar.gz")"
  [[ -n $expected ]] || fail "this version of the action lists no checksum of $name.tar.gz, so it is not installed$hint"
  curl --fail --silent --show-error --location --proto '=https' --proto-redir '=https' --retry 3 \
    --connect-timeout 20 --max-time 300 --output "$folder/archive" "$RELEASES/v$version/$name.tar.gz" ||
    fail "$name.tar.gz could not be downloaded$hint"
  found="$(digest "$folder/archive")"
  if [[ $found != "$expected" ]]; then
    rm -f -- "$folder/archive"
    fail "$name.tar.gz is not what was released: its SHA-256 is $found, and $expected is listed"
  fi
  (cd -- "$folder" && tar -xzf - < archive) || fail "$name.tar.gz could not be unpacked"
  binary="$folder/$name/tunelint"
  [[ $platform != *windows* ]] || binary="$binary.exe"
  [[ -f $binary ]] || fail "$name.tar.gz holds no tunelint"
}

# Adds an option for each line of an input; a blank line is none.
add_lines() {
  local line
  while IFS= read -r line || [[ -n $line ]]; do
    line="${line%$'\r'}"
    [[ -z ${line//[[:blank:]]/} ]] || arguments+=("$1$line")
  done <<< "$2"
}

add() { [[ -z $2 ]] || arguments+=("$1=$2"); }

temporary="${RUNNER_TEMP:-${TMPDIR:-/tmp}}"
folder="$(mktemp -d "$temporary/tunelint.XXXXXX")" || fail "there is no temporary folder in $temporary"

binary="${TUNELINT_BINARY:-}"
if [[ -z $binary ]]; then
  install "$folder"
else
  is_absolute "$binary" || binary="$workspace/$binary"
  [[ -f $binary && -x $binary ]] || fail "the input binary names no program: $binary"
fi
version="$("$binary" --version < /dev/null)" || fail "$binary does not run"
version="${version#tunelint }"
output version "$version"

# As a whole path, `-` is a folder too.
inside="${TUNELINT_WORKING_DIRECTORY:-.}"
is_absolute "$inside" || inside="$workspace/$inside"
cd -- "$inside" 2> /dev/null || fail "the input working-directory names no folder: $inside"

sarif="${TUNELINT_SARIF_FILE:-}"
json="${TUNELINT_JSON_FILE:-}"
[[ -n $json ]] || json="$(native "$folder")/report.json"
page="$(native "$folder")/summary.md"

arguments=(check --color=never "--format=json=$json")
add --format=sarif "$sarif"
annotates=true
is_true annotations "${TUNELINT_ANNOTATIONS:-true}" || annotates=false
if $annotates; then arguments+=(--format=github); else arguments+=(--format=human); fi
summarises=false
if is_true summary "${TUNELINT_SUMMARY:-true}" && [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then
  summarises=true
  arguments+=("--format=markdown=$page")
fi
add --config "${TUNELINT_CONFIG:-}"
add --org-config "${TUNELINT_ORG_CONFIG:-}"
add_lines --policies= "${TUNELINT_POLICIES:-}"
add --fail-on "${TUNELINT_FAIL_ON:-}"
add --baseline "${TUNELINT_BASELINE:-}"
add --waivers "${TUNELINT_WAIVERS:-}"
base="${GITHUB_BASE_REF:+origin/$GITHUB_BASE_REF}"
if is_true changed-only "${TUNELINT_CHANGED_ONLY:-false}"; then add --changed "$base"; fi
trust="${TUNELINT_TRUST:-$base}"
[[ $trust == none ]] || add --trust "$trust"
arguments+=(--)
add_lines '' "${TUNELINT_PATHS:-}"

# A report of an earlier step is not this one's.
rm -f -- "$json"
[[ -z $sarif ]] || rm -f -- "$sarif"

# What is printed quotes files of the repo. The runner takes commands from it only where tunelint itself writes them.
mark="stop_$(token)"
status=0
if $annotates; then
  "$binary" "${arguments[@]}" < /dev/null 2> "$folder/complaints" || status=$?
  printf '::stop-commands::%s\n' "$mark"
else
  printf '::stop-commands::%s\n' "$mark"
  "$binary" "${arguments[@]}" < /dev/null 2> "$folder/complaints" || status=$?
fi
cat -- "$folder/complaints"
printf '\n::%s::\n' "$mark"

# One of the counts that stand on one line of the report; a text of the report cannot begin a line.
count() {
  local number
  number="$(sed -n "s/^  \"summary\": {.*\"$1\":\([0-9]*\).*/\1/p" < "$json")"
  printf '%s' "${number:-0}"
}

if [[ -f $json ]]; then
  new=$(($(count errors) + $(count warnings) + $(count notes)))
  output json-file "$(absolute "$json")"
  output new-findings "$new"
  output findings "$((new + $(count baselined)))"
fi
if ((status > 1)) && [[ ! -f $json || -s $folder/complaints ]]; then
  said="$(head -c 2000 < "$folder/complaints")"
  printf '::error title=tunelint::%s\n' "$(escaped "tunelint ended with status $status: ${said:-it does not say why}")"
fi
[[ -z $sarif || ! -f $sarif ]] || output sarif-file "$(absolute "$sarif")"

if $summarises && [[ -f $page ]]; then
  written=0
  [[ ! -f $GITHUB_STEP_SUMMARY ]] || written="$(wc -c < "$GITHUB_STEP_SUMMARY")"
  if ((written + $(wc -c < "$page") > SUMMARY_BYTES)); then
    printf '::warning title=tunelint::%s\n' 'The summary of this step has no room for the findings; the reports hold them.'
  else
    cat -- "$page" >> "$GITHUB_STEP_SUMMARY"
  fi
fi

output exit-code "$status"
exit "$status"
