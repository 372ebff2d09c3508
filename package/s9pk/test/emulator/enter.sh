# Arguments: the emulator's folder, an empty folder, and a command to run in the namespaces that this
# script is already in.
#
# The root file system becomes a new one that has all of the machine's folders, and a /media of its own:
# a machine need not have that folder, and only root could make it.
set -eu

die() {
  echo "error: $1 is not possible in a user namespace here, so StartOS cannot be emulated" >&2
  exit 1
}

emulator=$1 root=$2
shift 2
here=$PWD
PATH=$PATH:/usr/sbin:/sbin

mount -t tmpfs -o mode=755 root "$root"
mount --make-unbindable "$root"
for path in /*; do
  if [ -L "$path" ]; then
    cp -P "$path" "$root$path"
  elif [ -d "$path" ] && [ "$path" != /media ] && [ "$path" != /proc ]; then
    mkdir "$root$path"
    mount --rbind "$path" "$root$path" || die "binding $path"
  fi
done
mkdir "$root/media" "$root/proc" "$root/.old"
mount -t tmpfs media "$root/media"
mount -t proc proc "$root/proc" || die "mounting /proc"
# What Isso's workers keep in memory is not left on the machine either.
mount -t tmpfs shm "$root/dev/shm" || die "mounting /dev/shm"

# The SDK starts some programs without a PATH, so they have to be where such programs are looked for.
mount -t overlay programs -o "lowerdir=$emulator/bin:/usr/bin:$emulator/fallback" "$root/usr/bin" || die "an overlay"

cd "$root"
pivot_root . .old || die "changing the root"
umount -l /.old
rmdir /.old
cd "$here"

# The loopback device of a new network namespace is down. 0x8914 is SIOCSIFFLAGS, 1 is IFF_UP.
python3 -c '
import fcntl, socket, struct
fcntl.ioctl(socket.socket(), 0x8914, struct.pack("16sH14x", b"lo", 1))
'
# Not `exec`: the first process has to reap what loses its parent, which a shell does and Node.js does not. A
# process that was entered into a subcontainer and is not reaped would keep that from ever ending.
code=0
"$@" || code=$?
exit "$code"
