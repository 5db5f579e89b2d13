#!/usr/bin/env bash
# Install real Apache Flink into DIR (idempotent): flink_up.sh DIR
# Needs python3 (with venv) and JDK 17. Writes DIR/env.sh for the other scripts.
set -euo pipefail
VER=${FLINK_VERSION:-2.2.1}
HERE=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
DIR=$(cd "$1" && pwd)
[ -x "$DIR/venv/bin/python" ] || python3 -m venv "$DIR/venv"
FH=$(echo "$DIR"/venv/lib/python3*/site-packages)/pyflink
# --no-deps: the two packages carry the whole Java distribution; nothing Python is needed.
[ -f "$FH/lib/flink-dist-$VER.jar" ] ||
  "$DIR/venv/bin/pip" install -q --no-deps "apache-flink==$VER" "apache-flink-libraries==$VER"
chmod +x "$FH"/bin/*.sh "$FH/bin/flink"
# Our oracle, the nexbin file format and count_char, in one jar on Flink's class path.
JAR=$FH/lib/flinkoracle.jar
if [ ! -f "$JAR" ] || [ -n "$(find "$HERE" -name '*.java' -newer "$JAR")" ]; then
  rm -rf "$DIR/classes" "$FH/lib/streamoracle.jar"
  mkdir -p "$DIR/classes/META-INF/services"
  javac -nowarn -Xlint:none -d "$DIR/classes" \
    -cp "$(echo "$FH"/lib/flink-*.jar | tr ' ' ':')" "$HERE"/*.java
  echo oracle.NexbinFormat >"$DIR/classes/META-INF/services/org.apache.flink.table.factories.Factory"
  (cd "$DIR/classes" && "${JAVA_HOME:+$JAVA_HOME/bin/}jar" cf "$JAR" .)
fi
cat >"$DIR/env.sh" <<X
export FLINK_HOME='$FH'
FLINK_OPENS='$(sed -n 's/^ *all: //p' "$FH/conf/config.yaml" | head -1)'
X
echo "Flink $VER in $DIR"
