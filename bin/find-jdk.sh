# Sourced by ./quorate and ./test: finds a JDK 21 or newer, and Maven.
# Runs on bash 3.2 too, and starts no process in the ordinary case, since every command of quorate waits for it.

oldest_jdk=21

# fail MESSAGE: ends with one sentence.
fail() {
  printf 'quorate: %s\n' "$1" >&2
  exit 1
}

# resolve FILE: sets $resolved to the file that a chain of symbolic links ends at.
resolve() {
  local link
  resolved=$1
  while [ -L "$resolved" ]; do
    link=$(readlink "$resolved")
    case $link in
      /*) resolved=$link ;;
      *) resolved=${resolved%/*}/$link ;;
    esac
  done
}

# read_jdk DIR: sets $version, $feature (its first number) and $early of the JDK in DIR; fails where there is none.
read_jdk() {
  local line
  version='' early=0
  [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 1
  if [ -r "$1/release" ]; then
    while IFS= read -r line || [ -n "$line" ]; do
      case $line in
        JAVA_VERSION=*) version=${line#*=} version=${version//\"/} ;;
        JAVA_RUNTIME_VERSION=*-ea*) early=1 ;;
      esac
    done <"$1/release"
  fi
  if [ -z "$version" ]; then
    line=$("$1/bin/java" -version 2>&1) || return 1
    case $line in
      *\"*\"*) version=${line#*\"} version=${version%%\"*} ;;
      *) return 1 ;;
    esac
  fi
  feature=${version%%[!0-9]*}
  [ -n "$feature" ]
}

# newer A B: whether version A is greater than version B, number by number.
newer() {
  local a=${1//[!0-9]/ } b=${2//[!0-9]/ } number
  # shellcheck disable=SC2086  # split on purpose
  set -- $a
  for number in $b; do
    [ $# -gt 0 ] || return 1
    [ "$1" -eq "$number" ] || { [ "$1" -gt "$number" ]; return; }
    shift
  done
  [ $# -gt 0 ]
}

# find_jdk: sets $jdk, $jdk_version and $jdk_feature, or ends with one sentence.
# QUORATE_JAVA_HOME, JAVA_HOME and the PATH count in this order; after them the newest JDK of the usual folders, where an
# early-access build is only taken if there is nothing else.
find_jdk() {
  local dir best='' best_version=0 best_early=1
  if [ -n "${QUORATE_JAVA_HOME:-}" ]; then
    read_jdk "$QUORATE_JAVA_HOME" ||
      fail "QUORATE_JAVA_HOME is $QUORATE_JAVA_HOME, where there is no JDK; correct or unset it"
    [ "$feature" -ge "$oldest_jdk" ] ||
      fail "QUORATE_JAVA_HOME is a JDK $version; set it to a JDK $oldest_jdk or newer, or unset it"
    use_jdk "$QUORATE_JAVA_HOME"
    return
  fi
  if [ -n "${JAVA_HOME:-}" ] && read_jdk "$JAVA_HOME" && [ "$feature" -ge "$oldest_jdk" ]; then
    use_jdk "$JAVA_HOME"
    return
  fi
  if dir=$(command -v java); then
    resolve "$dir"
    dir=${resolved%/bin/java}
    if read_jdk "$dir" && [ "$feature" -ge "$oldest_jdk" ]; then
      use_jdk "$dir"
      return
    fi
  fi
  for dir in ${QUORATE_JDK_FOLDERS-/usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/* /opt/*/jdk* /usr/local/lib/jvm/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home}; do
    read_jdk "$dir" && [ "$feature" -ge "$oldest_jdk" ] || continue
    if [ "$early" -lt "$best_early" ] || { [ "$early" -eq "$best_early" ] && newer "$version" "$best_version"; }; then
      best=$dir best_version=$version best_early=$early
    fi
  done
  [ -n "$best" ] ||
    fail "no JDK $oldest_jdk or newer was found; install one (Debian: apt-get install openjdk-21-jdk; any system: https://adoptium.net) or set QUORATE_JAVA_HOME to it"
  read_jdk "$best"
  use_jdk "$best"
}

use_jdk() {
  jdk=$1
  jdk_version=$version
  jdk_feature=$feature
}

# require_maven: ends with one sentence where there is no Maven 3.8 or newer on the PATH.
require_maven() {
  local line
  command -v mvn >/dev/null ||
    fail "Maven is needed to build and was not found on the PATH; install 3.8 or newer (Debian: apt-get install maven)"
  line=$(mvn --version 2>/dev/null) || fail "'mvn --version' fails; repair Maven, or put another one on the PATH"
  line=${line#*Apache Maven }
  line=${line%%[!0-9.]*}
  newer "$line" 3.7.999 || fail "Maven $line is too old to build with; install 3.8 or newer"
}
