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
  local work mirror keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | head -n 1)
  [ -n "$mirror" ] && [ -r "$keyring" ] || return 1
  work=$(mktemp -d)
  (
    set -e
    cd "$work"
    mkdir -p lists/partial cache/archives/partial
    echo "deb [signed-by=$keyring] $mirror trixie main" >sources.list
    options=(-q -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=- -o "Dir::State::Lists=$work/lists"
      -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=$(id -un)")
    apt-get "${options[@]}" update
    apt-get "${options[@]}" download etcd-client etcd-server
    for package in *.deb; do
      dpkg-deb --extract "$package" unpacked
    done
    mkdir -p "$QUORATE_ETCD_35"
    cp unpacked/usr/bin/etcd* "$QUORATE_ETCD_35"
  ) >&2 || true
  rm -rf "$work"
  have_etcd_35
}
