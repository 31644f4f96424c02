#!/usr/bin/env bash
# Builds the Debian package and lives through its life in a container with a real systemd: install, start, read, reload,
# watchdog, stop, restart, upgrade, purge. Shows the evidence of each step, ends by itself and cleans up.
#
#   packaging/test-deb.sh [--deb FILE] [--cache DIR]
#
# --deb FILE   a package that is built already
# --cache DIR  keeps the Debian root for the next time (default: built anew in a temporary folder)
#
# Needs root, systemd-nspawn and debootstrap with Debian's packages; the container has no network but its own loopback.
# What is missing is installed where it may be, else said loudly, and the exit code is 0. A step that fails exits with 1.
set -Eeuo pipefail
cd "$(dirname "$0")/.."

suite=bookworm
# Where this machine has its packages from.
of_apt() { apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' | awk -v suite="$suite" '$1 == suite { print $2; exit }'; }
mirror=${DEBIAN_MIRROR:-$(of_apt 2>/dev/null || true)}
packages=systemd,systemd-sysv,dbus,curl,procps
deb= cache=
while [ $# -gt 0 ]; do
    case $1 in
    --deb) deb=$(realpath "$2"); shift 2 ;;
    --cache) cache=$2; shift 2 ;;
    *) sed -n '2,13s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
    esac
done

say() { printf '\n== %s\n' "$*" >&2; }
skip() { printf '\n*** SKIPPED, the package was not tried: %s\n' "$*" >&2; exit 0; }
fail() {
    printf '\n*** FAILED: %s\n' "$*" >&2
    [ -z "${leader:-}" ] || inside journalctl --no-pager -n 40 -u wellsourced >&2 || true
    exit 1
}
need() { # need COMMAND PACKAGE
    command -v "$1" >/dev/null && return 0
    if command -v apt-get >/dev/null; then
        apt-get update -qq >&2 || true
        DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$2" >/dev/null 2>&1 || true
    fi
    command -v "$1" >/dev/null
}

[ "$(id -u)" = 0 ] || skip "it takes root to boot a container"
need systemd-nspawn systemd-container || skip "systemd-nspawn (Debian: systemd-container)"
need debootstrap debootstrap || skip "debootstrap"
mirror=${mirror:-$(of_apt 2>/dev/null || true)}
[ -n "$mirror" ] || skip "no mirror of $suite among apt's sources; name one in DEBIAN_MIRROR"

work=$(mktemp -d "${TMPDIR:-/tmp}/wellsourced-deb.XXXXXX")
root=$work/root
nspawn= leader=
end() {
    trap - EXIT
    if [ -n "$leader" ] && [ -d "/proc/$leader" ]; then
        inside systemctl --no-block poweroff >/dev/null 2>&1 || true
        for _ in $(seq 100); do [ -d "/proc/$nspawn" ] || break; sleep 0.1; done
    fi
    # SIGTERM makes nspawn end its container at once the second time.
    [ -z "$nspawn" ] || { kill "$nspawn" && sleep 1 && kill "$nspawn"; } 2>/dev/null || true
    [ -z "$nspawn" ] || wait "$nspawn" 2>/dev/null || true
    rm -rf "$work"
}
trap end EXIT
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
trap 'exit 130' INT TERM

# A command inside the container. Nothing but namespaces is needed, so no bus and no machined.
inside() { nsenter -t "$leader" -m -u -i -n -p -- "$@"; }
# Waits until a command inside succeeds: await SECONDS WHAT COMMAND…
await() {
    local seconds=$1 what=$2 began=$SECONDS
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $((SECONDS - began)) -lt "$seconds" ] || fail "$what: not within $seconds s"
        sleep 0.2
    done
}
property() { inside systemctl show -P "$1" wellsourced; }
is() { [ "$(property "$1")" = "$2" ]; }
logged() { inside journalctl --no-pager -o cat -u wellsourced --since "@$since" | grep -q -- "$1"; }
# What is logged and asked from here on.
mark() { since=$(date +%s); }
get() { inside curl --silent --show-error --fail --max-time 5 "$@"; }
active() { is ActiveState active && is SubState running; }

say "the package"
if [ -z "$deb" ]; then
    export PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    command -v cargo-deb >/dev/null || skip "cargo-deb (cargo install --locked cargo-deb)"
    deb=$(realpath "$(packaging/build-deb.sh "$work")")
fi
dpkg-deb --info "$deb" | grep -E 'Package|Version|Depends|Installed-Size'
dpkg-deb --contents "$deb" | awk '{print $1, $6}' | grep -E 'bin/|service|etc/.*toml|man1/.*gz|completion.*wellsourced$|copyright'

say "a Debian root ($suite)"
tar=${cache:+$cache/debian-$suite.tar}
if [ -z "$tar" ] || [ ! -f "$tar" ]; then
    debootstrap --variant=minbase --include="$packages" "$suite" "$root" "$mirror" >"$work/debootstrap.log" 2>&1 ||
        { tail -3 "$work/debootstrap.log" >&2; skip "debootstrap could not build a root from $mirror"; }
    rm -rf "$root"/var/cache/apt/archives/*.deb
    if [ -n "$tar" ]; then
        mkdir -p "$cache"
        tar -C "$root" -cf "$tar.part" . && mv "$tar.part" "$tar"
    fi
else
    mkdir -p "$root" && tar -C "$root" -xf "$tar"
fi
cp "$deb" "$root/root/wellsourced.deb"
# The same package with a higher version, for the upgrade.
dpkg-deb -R "$deb" "$work/next"
sed -i 's/^Version: .*/&+next/' "$work/next/DEBIAN/control"
dpkg-deb --root-owner-group -b "$work/next" "$root/root/next.deb" >/dev/null
rm -rf "$work/next"
chroot "$root" systemctl --version | head -1

say "boot"
flags=(--directory="$root" --boot --private-network --machine="wellsourced-$$" --console=pipe)
# Where this machine's own init is no systemd, nobody keeps a register and the control group is the one at hand.
[ -d /run/systemd/system ] || flags+=(--register=no --keep-unit)
systemd-nspawn "${flags[@]}" </dev/null >"$work/nspawn.log" 2>&1 &
nspawn=$!
booted() {
    for child in $(cat "/proc/$nspawn/task/$nspawn/children" 2>/dev/null); do
        [ "$(cat "/proc/$child/comm")" = systemd ] && leader=$child
    done
    [ -n "$leader" ] && inside systemctl is-system-running 2>/dev/null | grep -qE 'running|degraded'
}
for _ in $(seq 300); do
    booted && break
    [ -d "/proc/$nspawn" ] || break
    sleep 0.2
done
booted || { tail -5 "$work/nspawn.log" >&2; skip "systemd does not boot in systemd-nspawn on this machine"; }
echo "systemd is $(inside systemctl is-system-running), leader $leader"

say "install: the unit is enabled and started"
mark
inside dpkg -i /root/wellsourced.deb 2>&1 | tail -3
await 90 "the service is active" active
inside systemctl is-enabled wellsourced
inside systemctl status wellsourced --no-pager | sed -n '1,9p'
inside systemctl show wellsourced -p Type -p NotifyAccess -p StatusText -p MainPID -p User -p DynamicUser

say "systemd-analyze"
inside systemd-analyze security --offline=true --no-pager --threshold=13 /usr/lib/systemd/system/wellsourced.service | tail -1
verified=$(inside systemd-analyze verify /usr/lib/systemd/system/wellsourced.service 2>&1) || fail "systemd-analyze verify: $verified"
[ -z "$verified" ] || fail "systemd-analyze verify says: $verified"
echo "verify: silent"

say "systemctl start, readers and the health of it"
inside systemctl start wellsourced
cp -r examples/posts/. "$root/var/lib/private/wellsourced/posts/"
# The first cycle may have run before the posts came; a restart may not, for it shortens no interval.
sed -i 's|^\(cycle = \).*|\1"* * * * *"|' "$root/etc/wellsourced/wellsourced.toml"
grep -n '^cycle' "$root/etc/wellsourced/wellsourced.toml"
inside systemctl reload wellsourced
await 30 "/livez" get http://127.0.0.1:9188/livez
item_published() { get http://127.0.0.1:8080/rss.xml | grep -q '<item>'; }
await 150 "the posts are published" item_published
get --head http://127.0.0.1:8080/rss.xml | tr -d '\r'
get http://127.0.0.1:8080/rss.xml | grep -o '<title>[^<]*</title>' | head -3
tag=$(get --head http://127.0.0.1:8080/atom.xml | tr -d '\r' | sed -n 's/^etag: //Ip')
inside curl -s -o /dev/null -w 'If-None-Match: %{http_code}\n' -H "If-None-Match: $tag" http://127.0.0.1:8080/atom.xml | grep 304
await 30 "/readyz" get http://127.0.0.1:9188/readyz
echo "readyz: $(get http://127.0.0.1:9188/readyz)"
get http://127.0.0.1:9188/metrics >"$work/metrics"
grep -E '^wellsourced_cycles_total|^wellsourced_http_requests_total.*feed' "$work/metrics" || fail "no metrics"
property StatusText
inside find /var/lib/private/wellsourced -maxdepth 1 -printf '%M %u %f\n'

say "reload with a wrong configuration: refused with its place, the old one stays"
pid=$(property MainPID)
cp "$root/etc/wellsourced/wellsourced.toml" "$work/good.toml"
sed -i 's|^language = .*|&\nlanguge = "en"|' "$root/etc/wellsourced/wellsourced.toml"
mark
inside systemctl reload wellsourced
await 20 "the mistake is logged" logged 'wellsourced.toml:[0-9]*:[0-9]*:'
inside journalctl --no-pager -o cat -u wellsourced --since "@$since" | grep 'wellsourced.toml:'
is MainPID "$pid" && active || fail "the reload ended the service"
item_published || fail "the listener did not stay open"

say "reload with a good one"
sed 's|^title = .*|title = "A new name"|' "$work/good.toml" >"$root/etc/wellsourced/wellsourced.toml"
inside systemctl reload wellsourced
renamed() { get http://127.0.0.1:8080/rss.xml | grep -q 'A new name'; }
await 150 "the new title is published" renamed
is MainPID "$pid" || fail "the reload restarted the service"
get http://127.0.0.1:8080/rss.xml | grep -o '<title>[^<]*</title>' | head -1

say "watchdog: a process that hangs is killed and started again"
inside sh -c 'mkdir -p /run/systemd/system/wellsourced.service.d
    printf "[Service]\nWatchdogSec=4\n" >/run/systemd/system/wellsourced.service.d/watchdog.conf
    systemctl daemon-reload && systemctl restart wellsourced'
pid=$(property MainPID)
mark
inside kill -STOP "$pid"
killed() { [ "$(property NRestarts)" -ge 1 ] && active && ! is MainPID "$pid" && ! is MainPID 0; }
await 60 "the watchdog restarts it" killed
inside journalctl --no-pager -o cat -u wellsourced --since "@$since" | grep -iE 'watchdog|killing|restart' | head -5
echo "NRestarts=$(property NRestarts), was $pid, is $(property MainPID)"
inside sh -c 'rm -r /run/systemd/system/wellsourced.service.d; systemctl daemon-reload; systemctl restart wellsourced'

say "stop within ten seconds, start again"
mark
began=$(date +%s%N)
inside systemctl stop wellsourced
took=$((($(date +%s%N) - began) / 1000000))
echo "stopped in $took ms: $(property Result), exit code $(property ExecMainStatus)"
[ "$took" -lt 10000 ] && is Result success || fail "the stop was not a clean one"
inside systemctl start wellsourced
await 30 "it serves again" item_published

say "upgrade: restarted, the changed configuration kept, no byte of a feed moved"
pid=$(property MainPID)
before=$(get http://127.0.0.1:8080/atom.xml | sha256sum)
inside dpkg -i /root/next.deb 2>&1 | tail -3
await 60 "it is active after the upgrade" active
is MainPID "$pid" && fail "the upgrade did not restart it"
await 30 "it serves after the upgrade" item_published
grep -q 'A new name' "$root/etc/wellsourced/wellsourced.toml" || fail "the conffile was overwritten"
[ "$(get http://127.0.0.1:8080/atom.xml | sha256sum)" = "$before" ] || fail "the feed changed"
inside dpkg-query -W wellsourced

say "remove keeps the state, purge leaves nothing"
inside dpkg --remove wellsourced 2>&1 | tail -2
[ -f "$root/etc/wellsourced/wellsourced.toml" ] && [ -d "$root/var/lib/private/wellsourced" ] || fail "remove took the state along"
inside dpkg --purge wellsourced 2>&1 | tail -2
left=$(inside sh -c 'find / -xdev -iname "*wellsourced*" -not -path "/root/*" -not -path "/var/log/*" -not -path "/proc/*" 2>/dev/null' || true)
[ -z "$left" ] || fail "purge left $left"
inside pgrep -x wellsourced && fail "a process is left" || true
echo "nothing is left"

say "the package lives well ($SECONDS s)"
