# Sourced by ./test: brings etcd 3.5, which tests compare with beside the 3.4 that is installed.

# have_etcd_35: whether its programs are in $QUORATE_ETCD_35.
have_etcd_35() {
  local program
  for program in etcd etcdctl etcdutl; do
    [ -x "$QUORATE_ETCD_35/$program" ] || return 1
  done
  [[ $("$QUORATE_ETCD_35/etcd" --version 2>/dev/null) == "etcd Version: 3.5."* ]]
}

# fetch_etcd_35: downloads Debian 13's packages from the mirror that this machine uses, checked against Debian's signature, and unpacks
# their programs into $QUORATE_ETCD_35. Nothing is installed: the packages of this Debian stay as they are.
fetch_etcd_35() {
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
  local work status=0
  work=$(mktemp -d) || return 1
  unpack_etcd_35 "$work" >&2 || status=1
  rm -rf "$work"
  [ $status -eq 0 ] && have_etcd_35
}

# unpack_etcd_35 DIR: in a directory of its own. Each step says by itself whether it went well: the caller wants to know, and then
# "set -e" does nothing.
unpack_etcd_35() {
  local work=$1 mirror package keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  local options=(-q -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$work/lists"
    -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)")
  [ -r "$keyring" ] || return 1
  # Its path tells Debian's own archive from others that this machine may use.
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | sed -n 1p)
  [ -n "$mirror" ] || return 1
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked" || return 1
  echo "deb [signed-by=$keyring] $mirror trixie main" >"$work/sources.list" || return 1
  apt-get "${options[@]}" update || return 1
  (cd "$work" && apt-get "${options[@]}" download etcd-client etcd-server) || return 1
  for package in "$work"/*.deb; do
    dpkg-deb --extract "$package" "$work/unpacked" || return 1
  done
  rm -rf "$QUORATE_ETCD_35.new" && mkdir -p "$QUORATE_ETCD_35.new" || return 1
  cp "$work"/unpacked/usr/bin/etcd* "$QUORATE_ETCD_35.new" || return 1
  rm -rf "$QUORATE_ETCD_35" && mv "$QUORATE_ETCD_35.new" "$QUORATE_ETCD_35"
}
