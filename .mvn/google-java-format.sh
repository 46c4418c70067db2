#!/bin/sh
# Formats one Java source from standard input to standard output, in a JDK that is new enough to read it.
# Spotless calls this, file by file, when Maven itself runs on a JVM older than 25 (profile
# format-in-newer-jvm). A JVM for each file would be slow: the first call formats every source of the
# tree at once and keeps the results by the hash of the source; most calls only look theirs up.
#
# usage: google-java-format.sh FORMATTER_JAR JAVA_HOME_OF_MAVEN
set -eu
jar=$1
running=$(cd "$2" && pwd -P)
tree=$(cd "$(dirname "$0")/.." && pwd -P)
cache=$tree/target/$(basename "$jar" .jar)

# Prints a line of hash and name for each file, or one for standard input.
if command -v sha256sum >/dev/null; then hash=sha256sum; else hash='shasum -a 256'; fi

feature() { # major version of the JDK in folder $1, or 0
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || version=
  echo "${version:-0}"
}

newer_jdk() { # JDKs are installed side by side: one stands in the same folder as the one that runs Maven
  for jdk in "${JAVA_HOME:-}" "$running"/../*; do
    if [ -x "$jdk/bin/java" ] && [ "$(feature "$jdk")" -ge 25 ]; then
      echo "$jdk"
      return
    fi
  done
  echo "google-java-format.sh: no JDK 25 or newer in JAVA_HOME or beside $running; set JAVA_HOME to one." >&2
  exit 1
}

format() { # the sources HASH.java in $work, into $cache/HASH; a source with an error is left out
  [ -n "$(find "$work" -name '*.java')" ] || return 0
  "$jdk/bin/java" -jar "$jar" --replace "$work"/*.java 2>"$work/errors" || true
  sed -n 's/^[^ ]*\/\([0-9a-f]*\)\.java:.*/\1/p' "$work/errors" | sort -u | while read -r key; do
    rm -f "$work/$key.java"
    sed -n "s/^[^ ]*\/$key\.java:/line /p" "$work/errors" >"$work/$key.error"
  done
  for result in "$work"/*.java; do
    [ ! -f "$result" ] || mv "$result" "$cache/$(basename "$result" .java)"
  done
}

missing() { # copies each source in the list of hashes and names that is not in the cache to $work
  while read -r key source; do
    [ -f "$cache/$key" ] || cp "$source" "$work/$key.java"
  done
}

mkdir -p "$cache"
work=$(mktemp -d "$cache/work.XXXXXX")
trap 'rm -rf "$work"' EXIT

cat >"$work/input"
wanted=$($hash <"$work/input" | cut -d ' ' -f 1)
if [ ! -f "$cache/$wanted" ]; then
  jdk=$(newer_jdk)
  mv "$work/input" "$work/$wanted.java"
  find "$tree" -path '*/src/*' -name '*.java' ! -path '*/target/*' -exec $hash {} + | missing
  format
  # Spotless formats each result again, to see that it stays: those results too.
  find "$cache" -type f ! -path "$work/*" -newer "$work/errors" -exec $hash {} + | missing
  format
fi
if [ -f "$work/$wanted.error" ]; then
  cat "$work/$wanted.error" >&2
  exit 1
fi
cat "$cache/$wanted"
