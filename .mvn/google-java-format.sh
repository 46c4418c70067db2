#!/bin/sh
# Formats one Java source from standard input to standard output, in a JDK that is new enough to read it.
# Spotless calls this when Maven itself runs on a JVM older than 25 (profile format-in-newer-jvm).
#
# usage: google-java-format.sh FORMATTER_JAR JAVA_HOME_OF_MAVEN
set -eu
jar=$1
running=$(cd "$2" && pwd -P)

feature() { # major version of the JDK in folder $1, or 0
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) || version=
  echo "${version:-0}"
}

# JDKs are installed side by side: a newer one stands in the same folder as the one that runs Maven.
for jdk in "${JAVA_HOME:-}" "$running"/../*; do
  if [ -x "$jdk/bin/java" ] && [ "$(feature "$jdk")" -ge 25 ]; then
    # The class archive, written by the first call, makes each later one three times faster.
    cache=$(dirname "$0")/../target
    mkdir -p "$cache"
    exec "$jdk/bin/java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC \
      -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile="$cache/google-java-format.jsa" -Xlog:disable \
      -jar "$jar" -
  fi
done

echo "google-java-format.sh: no JDK 25 or newer in JAVA_HOME or beside $running; set JAVA_HOME to one." >&2
exit 1
