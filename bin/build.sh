# Sourced by ./quorate: builds what is missing or older than its sources, and prepares a quick start.
#
# Each build is laid down in a directory of its own, $launcher/<id>, which is never written to again, so that a process
# that runs from it is not disturbed by the next build. $launcher/current names the newest; its time is that of the
# build's beginning, so what is edited while the build runs counts as newer.

launcher=$root/target/launcher

# Builds to keep, for processes that still run from them.
kept_builds=3

# say LINE: tells of progress, beside the command's own output.
say() {
  printf '%s\n' "$1" >&2
}

# is_fresh: whether there is a build that is newer than every source; sets $build to its directory.
is_fresh() {
  local id='' changed
  [ -r "$launcher/current" ] && read -r id <"$launcher/current" || return 1
  build=$launcher/$id
  [ -n "$id" ] && [ -f "$build/quorate.jar" ] || return 1
  # A directory is newer when a file in it was added or deleted.
  changed=$(find "$root/pom.xml" "$root"/*/pom.xml "$root"/*/src/main -newer "$launcher/current" -print 2>/dev/null | head -n 1)
  [ -z "$changed" ]
}

# archive_name: sets $archive to where the classes lie that the JDK has read and checked in advance.
archive_name() {
  archive=$build/jdk-$jdk_version.archive
}

is_prepared() {
  archive_name
  [ -e "$archive" ] || [ -e "$archive.none" ]
}

# with_lock COMMAND...: runs it while no other launcher does.
with_lock() {
  mkdir -p "$launcher"
  if command -v flock >/dev/null; then
    exec 9>"$launcher/lock"
    flock -n 9 || { say "quorate: waiting for another build to end"; flock 9; }
    "$@"
    exec 9>&-
  else
    lock_directory
    "$@"
    unlock_directory
  fi
}

# Where there is no flock (macOS): a directory that holds its owner's process id.
lock_directory() {
  local owner
  until mkdir "$launcher/lock.d" 2>/dev/null; do
    owner=$(cat "$launcher/lock.d/pid" 2>/dev/null || echo '')
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then
      rm -rf "$launcher/lock.d"
    else
      sleep 0.2
    fi
  done
  echo $$ >"$launcher/lock.d/pid"
  trap unlock_directory EXIT
}

unlock_directory() {
  rm -rf "$launcher/lock.d"
  trap - EXIT
}

# build_and_prepare: does what is still to be done once the lock is ours, as another launcher may have done it meanwhile.
build_and_prepare() {
  is_fresh || build_all
  is_prepared || prepare
}

build_all() {
  local log=$launcher/build.log commit line module downloading=0
  require_maven
  touch "$launcher/started"
  commit=$(git -C "$root" rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
  say "quorate: building with JDK $jdk_version"
  # Maven runs on the JDK that was found, so that it finds that one whatever folder it lies in.
  if ! JAVA_HOME=$jdk mvn -B -f "$root/pom.xml" -Dstyle.color=never -Dmaven.test.skip=true -Dspotless.check.skip=true \
    -Dmaven.compiler.failOnWarning=false "-Dquorate.commit=$commit" package </dev/null 2>&1 9>&- | tee "$log" | while IFS= read -r line; do
    case $line in
      *'< io.quorate:quorate-parent >'*) ;;
      *'< io.quorate:quorate-'*' >'*)
        module=${line#*io.quorate:quorate-}
        say "  building ${module%% *} ..."
        ;;
      *'Downloading from '*)
        [ $downloading -eq 1 ] || say "  downloading what it is built of, this first time ..."
        downloading=1
        ;;
    esac
  done; then
    # What Maven says of itself after the errors helps nobody here.
    { grep -E '^\[ERROR\] ' "$log" || tail -n 15 "$log"; } | grep -vE '\[Help 1\]|MojoFailure|re-run Maven|After correcting|mvn <args>|more information' |
      sed -n 1,15p >&2 || say "  it ended without saying why"
    ! grep -qi 'checksum validation failed' "$log" ||
      say "  a download had no checksum, or a wrong one; .mvn/maven.config is where one is asked for"
    fail "the build failed; everything it said is in $log"
  fi
  verify_libraries "$root/cli/target/lib" || fail "a library is not the one that this release was made with, see above; 'bin/checksums --help' tells more"
  lay_down
}

# sha256 ARGUMENTS...: sha256sum, or what macOS has in its place.
sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$@"; else shasum -a 256 "$@"; fi
}

# verify_libraries DIR: whether the libraries in DIR are those of the committed list, and the class path that Maven has left beside DIR has no
# other ones; names those that are not. What an older build has left in DIR is on no class path.
verify_libraries() {
  local list=$root/cli/artifacts.sha256 told='' jar class_path=() same=0
  told=$(cd "$1" && sha256 -c "$list" 2>&1) || { same=1; say "$(grep -v ': OK$' <<<"$told")"; }
  # No line ends it.
  IFS=: read -r -a class_path <"$1/../runtime-class-path.txt" || [ ${#class_path[@]} -gt 0 ] || {
    say "cli/target/runtime-class-path.txt, which names the libraries, is missing or empty"
    return 1
  }
  for jar in "${class_path[@]}"; do
    grep -qF "  ${jar##*/}" "$list" || { same=1; say "${jar##*/}: NOT LISTED"; }
  done
  return $same
}

# lay_down: copies the build's result to a directory of its own and makes it the current one.
lay_down() {
  local id jar
  id=$(date +%Y%m%d-%H%M%S)-$$
  build=$launcher/$id
  rm -rf "$build.new"
  mkdir -p "$build.new/lib"
  cp "$root/cli/target/quorate.jar" "$build.new/"
  for jar in "$root"/cli/target/lib/*.jar; do
    case $jar in
      # Built anew each time, and maybe into the same file.
      */quorate-*) cp "$jar" "$build.new/lib/" ;;
      *) ! grep -qF "  ${jar##*/}" "$root/cli/artifacts.sha256" || ln "$jar" "$build.new/lib/" 2>/dev/null || cp "$jar" "$build.new/lib/" ;;
    esac
  done
  mv "$build.new" "$build"
  echo "$id" >"$launcher/current.new"
  touch -r "$launcher/started" "$launcher/current.new"
  mv "$launcher/current.new" "$launcher/current"
  remove_old_builds
}

remove_old_builds() {
  local dirs=("$launcher"/[0-9]*/) i
  # Names sort by time.
  for ((i = 0; i < ${#dirs[@]} - kept_builds; i++)); do
    rm -rf "${dirs[$i]}"
  done
}

# prepare: runs everything once and keeps the classes as the JDK has read and checked them, for quicker starts.
# Without such an archive everything works as well, only slower; so a failure is remembered and not fatal.
prepare() {
  local log=$launcher/prepare.log flag
  archive_name
  say "quorate: preparing a quick start"
  if [ "$jdk_feature" -ge 25 ]; then
    flag=-XX:AOTCacheOutput=$archive.new
  else
    flag=-XX:ArchiveClassesAtExit=$archive.new
  fi
  "$jdk/bin/java" "$flag" "${jvm_options[@]}" -XX:+UseSerialGC -cp "$build/quorate.jar" io.quorate.cli.Quorate warm-up \
    </dev/null >"$log" 2>&1 9>&- || say "quorate: the trial run for the quick start failed, see $log"
  if [ -s "$archive.new" ]; then
    mv "$archive.new" "$archive"
  else
    say "quorate: this JDK cannot prepare a quick start, see $log"
    touch "$archive.none"
  fi
}
