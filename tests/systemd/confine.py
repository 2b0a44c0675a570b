"""Runs a program under the restrictions of a systemd unit, without systemd (which has to be PID 1 for that).

Reads what to do as JSON from the file named by the first argument; tests/systemd/_confine.ts writes it. Needs root, in
mount namespaces of its own. Each restriction is made as systemd 252 makes it (src/core/namespace.c, seccomp-util.c).
The program "probe" is no program: what may be done is tried from inside, and the answers are printed as JSON.
"""
import ctypes
import errno
import json
import os
import resource
import socket
import stat
import sys

libc = ctypes.CDLL(None, use_errno=True)
seccomp = ctypes.CDLL("libseccomp.so.2", use_errno=True)
seccomp.seccomp_init.restype = ctypes.c_void_p

NS = 0x00020000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_BIND, MS_REC, MS_SLAVE = 1, 2, 4, 8, 4096, 16384, 1 << 19
ATTR_RDONLY, ATTR_NOEXEC = 1, 8
MOUNT_SETATTR, AT_FDCWD, AT_RECURSIVE = 442, -100, 0x8000
ALLOW, ERRNO = 0x7FFF0000, 0x00050000
LT, EQ, GT, MASKED_EQ = 2, 4, 6, 7
PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS, PR_SET_KEEPCAPS, PR_CAP_AMBIENT = 24, 38, 8, 47
NAMESPACES = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000, 0x80]


def check(result):
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def mount(source, target, kind=None, flags=0, options=None):
    text = [None if each is None else each.encode() for each in (source, target, kind, options)]
    check(libc.mount(text[0], text[1], text[2], ctypes.c_ulong(flags), text[3]))


def set_attributes(path, on, off):
    class Attributes(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint64) for name in ("set", "clr", "propagation", "userns")]

    attributes = Attributes(on, off, 0, 0)
    check(libc.syscall(MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, ctypes.byref(attributes), 32))


def make_root(spec):
    """A root of the test's own: programs of the host, the places of the unit, and nothing else."""
    root = spec["root"]
    check(libc.unshare(NS))
    mount(None, "/", flags=MS_REC | MS_SLAVE)
    mount("tmpfs", root, "tmpfs", options="mode=755")
    for name in ("usr", "bin", "sbin", "lib", "lib64"):
        if os.path.islink("/" + name):
            os.symlink(os.readlink("/" + name), f"{root}/{name}")
        elif os.path.isdir("/" + name):
            os.mkdir(f"{root}/{name}")
            mount("/" + name, f"{root}/{name}", flags=MS_BIND | MS_REC)
    mount("tmpfs", f"{root}/usr/local", "tmpfs", options="mode=755")
    for path in ("proc", "dev", "tmp", "var/tmp", "sys", "run/user", "home", "root"):
        os.makedirs(f"{root}/{path}")
    os.chmod(f"{root}/tmp", 0o1777)
    for source, target in spec["binds"]:
        os.makedirs(os.path.dirname(root + target), exist_ok=True)
        if os.path.isdir(source):
            os.makedirs(root + target, exist_ok=True)
        else:
            open(root + target, "x").close()
        mount(source, root + target, flags=MS_BIND | MS_REC)
    for path, text in spec["files"].items():
        os.makedirs(os.path.dirname(root + path), exist_ok=True)
        with open(root + path, "w") as file:
            file.write(text)
        os.chmod(root + path, 0o755)
    os.chroot(root)
    os.chdir("/")


def make_view(spec):
    """ProtectSystem=, ReadWritePaths=, NoExecPaths=, ProtectHome=, PrivateTmp=, PrivateDevices=, ProtectProc=."""
    for path in spec["hidden"]:
        mount("tmpfs", path, "tmpfs", MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=000")
    if spec["privateTmp"]:
        for path in ("/tmp", "/var/tmp"):
            mount("tmpfs", path, "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777")
    devices = ["null", "zero", "full", "random", "urandom"]
    mount("tmpfs", "/dev", "tmpfs", MS_NOSUID, "mode=755")
    for number, name in zip((3, 5, 7, 8, 9), devices):
        os.mknod(f"/dev/{name}", 0o666 | stat.S_IFCHR, os.makedev(1, number))
        os.chmod(f"/dev/{name}", 0o666)
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink("/proc/self/" + target, "/dev/" + name)
    os.mkdir("/dev/shm", 0o1777)
    os.chmod("/dev/shm", 0o1777)
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, spec["proc"] or None)
    for path in spec["writable"]:
        mount(path, path, flags=MS_BIND | MS_REC)
    if spec["readOnly"]:
        set_attributes("/", ATTR_RDONLY, 0)
    for path in [*spec["writable"], "/dev", *(["/tmp", "/var/tmp"] if spec["privateTmp"] else [])]:
        set_attributes(path, 0, ATTR_RDONLY)
    for path in spec["noExec"]:
        if not os.path.ismount(path):
            mount(path, path, flags=MS_BIND | MS_REC)
        set_attributes(path, ATTR_NOEXEC, 0)


def drop_privileges(spec):
    """User=, SupplementaryGroups=, CapabilityBoundingSet=, AmbientCapabilities=, Limit…=, UMask=."""
    for name, value in spec["limits"].items():
        # systemd may raise a limit, a test in a container may not.
        limit = getattr(resource, "RLIMIT_" + name)
        highest = resource.getrlimit(limit)[1]
        value = value if highest == resource.RLIM_INFINITY else min(value, highest)
        resource.setrlimit(limit, (value, value))
    os.umask(spec["umask"])
    for capability in range(64):
        if capability not in spec["bounding"]:
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_SET_KEEPCAPS, 1 if spec["ambient"] else 0, 0, 0, 0)
    os.setgroups(spec["groups"])
    os.setresgid(spec["gid"], spec["gid"], spec["gid"])
    os.setresuid(spec["uid"], spec["uid"], spec["uid"])
    if spec["ambient"]:
        mask = sum(1 << each for each in spec["ambient"])
        header = (ctypes.c_uint32 * 2)(0x20080522, 0)
        data = (ctypes.c_uint32 * 6)(*([mask & 0xFFFFFFFF] * 3), *([mask >> 32] * 3))
        check(libc.capset(header, data))
        for each in spec["ambient"]:
            check(libc.prctl(PR_CAP_AMBIENT, 2, each, 0, 0))
    if spec["noNewPrivileges"]:
        check(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))


class Argument(ctypes.Structure):
    _fields_ = [("index", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


class Filter:
    """One filter of the kernel; with several the strictest answer counts."""

    def __init__(self, default):
        self.context = ctypes.c_void_p(seccomp.seccomp_init(ctypes.c_uint32(default)))

    def rule(self, action, call, *arguments):
        number = seccomp.seccomp_syscall_resolve_name(call.encode())
        # Calls of other architectures have no number here.
        if number >= 0:
            listed = (Argument * max(1, len(arguments)))(*(Argument(*each) for each in arguments))
            result = seccomp.seccomp_rule_add_array(
                self.context, ctypes.c_uint32(action), number, len(arguments), listed)
            if result != 0:
                raise OSError(-result, f"{call}: {os.strerror(-result)}")

    def load(self):
        result = seccomp.seccomp_load(self.context)
        if result != 0:
            raise OSError(-result, os.strerror(-result))


def filter_calls(spec):
    """RestrictAddressFamilies=, RestrictNamespaces=, RestrictSUIDSGID=, SystemCallFilter=, SystemCallErrorNumber=."""
    if spec["families"] is not None:
        families = Filter(ALLOW)
        known = sorted(spec["families"])
        refused = [(LT, known[0]), (GT, known[-1])]
        refused += [(EQ, each) for each in range(known[0], known[-1]) if each not in known]
        for op, family in refused:
            families.rule(ERRNO | errno.EAFNOSUPPORT, "socket", (0, op, family, 0))
        families.load()
    if spec["restrictNamespaces"]:
        namespaces = Filter(ALLOW)
        for flag in NAMESPACES:
            for call in ("unshare", "clone"):
                namespaces.rule(ERRNO | errno.EPERM, call, (0, MASKED_EQ, flag, flag))
        namespaces.rule(ERRNO | errno.EPERM, "setns")
        namespaces.rule(ERRNO | errno.ENOSYS, "clone3")
        namespaces.load()
    if spec["restrictSuid"]:
        suid = Filter(ALLOW)
        for call, index in (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("mkdir", 1), ("mkdirat", 2)):
            for bit in (stat.S_ISUID, stat.S_ISGID):
                suid.rule(ERRNO | errno.EPERM, call, (index, MASKED_EQ, bit, bit))
        suid.load()
    if spec["calls"] is not None:
        calls = Filter(ERRNO | spec["error"])
        for call in spec["calls"]:
            calls.rule(ALLOW, call)
        calls.load()


def attempt(what):
    try:
        return what() or "done"
    except OSError as error:
        return errno.errorcode[error.errno]


def call(name):
    def trying():
        if libc.syscall(seccomp.seccomp_syscall_resolve_name(name.encode()), *[ctypes.c_void_p(0)] * 6) == -1:
            raise OSError(ctypes.get_errno(), name)
    return trying


def probe(spec):
    """Tries what the specification lists; prints `done` or the name of the error for each."""
    answers = {}
    for name, (kind, what) in spec["probes"].items():
        tries = {
            "read": lambda: open(what).close(),
            "write": lambda: open(what, "w").close(),
            "run": lambda: os.execv(what, [what]),
            "list": lambda: ",".join(sorted(os.listdir(what))) or "nothing",
            "chmod": lambda: os.chmod(what, 0o4755),
            "socket": lambda: socket.socket(int(what), socket.SOCK_DGRAM).close(),
            "unshare": lambda: check(libc.unshare(int(what))),
            "call": call(what) if kind == "call" else None,
            "status": lambda: [line.split()[1] for line in open("/proc/self/status") if line.startswith(what)][0],
        }
        answers[name] = attempt(tries[kind])
    print(json.dumps(answers))


def main():
    with open(sys.argv[1]) as file:
        spec = json.load(file)
    make_root(spec)
    make_view(spec)
    drop_privileges(spec)
    os.chdir(spec["directory"])
    filter_calls(spec)
    if spec["program"] == ["probe"]:
        return probe(spec)
    os.execve(spec["program"][0], spec["program"], spec["environment"])


main()
