"""Takes rights away from this process before a model is opened: Linux does this for any user, with Landlock and seccomp.

Sources: landlock(7), seccomp(2), prctl(2), setrlimit(2), and the headers of Linux 6.18.
"""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterator

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 1, 38, 22, 2
_MAX_FILE_BYTES = 2**30

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION_FLAG, _RULE_PATH_BENEATH = 1, 1
_WRITE_FILE, _READ_FILE, _READ_FOLDER, _TRUNCATE = 1 << 1, 1 << 2, 1 << 3, 1 << 14
_READS = _READ_FILE | _READ_FOLDER
_FOLDER_WRITES = sum(1 << bit for bit in (1, *range(4, 13)))
"""Write a file; remove and make files, folders, links and special files."""
_REFER = 1 << 13
_ABI_REFER, _ABI_TRUNCATE, _ABI_NETWORK, _ABI_SCOPE = 2, 3, 4, 6
_SCOPES = 0b11
"""Abstract sockets and signals of other processes."""

_PROCESS_FILES = ("self", "cpuinfo", "filesystems", "loadavg", "meminfo", "stat", "sys", "version")
"""What libraries read below /proc. What is there of other processes, such as their variables, cannot be read."""

_ROOT_FOLDERS = (
    {"bin", "dev", "etc", "home", "lib", "lib64", "mnt", "opt"}
    | {"root", "run", "sbin", "srv"}
    | {"sys", "tmp", "usr", "var"}
)
"""Where programs and their files are, if the root folder cannot be listed: then a process that limited itself started this
one."""

_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_NUMBER_OFFSET, _ARCHITECTURE_OFFSET, _FIRST_ARGUMENT_OFFSET = 0, 4, 16
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050001
"""Go on; or the call fails with EPERM."""
_X32_BIT = 0x40000000
# Machine → (its number for seccomp; calls that are refused; calls that may name this process alone).
# Refused: socket, ptrace, process_vm_readv, process_vm_writev, pidfd_send_signal, io_uring_setup, pidfd_getfd.
_CALLS = {
    "x86_64": (0xC000003E, (41, 101, 310, 311, 424, 425, 438), (62, 234)),
    "aarch64": (0xC00000B7, (198, 117, 270, 271, 424, 425, 438), (129, 131)),
}


def end_with_parent(parent: int) -> None:
    """End this process when the process that started it ends, even if that is killed."""
    if sys.platform == "linux":
        _libc().prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(0)


def isolate(scratch: str, max_memory_bytes: int) -> list[str]:
    """Limit memory, files and network of this process and its children. Return what the system cannot limit.

    Files can be written in the folder `scratch` alone. The names: `memory`, `files`, `network`.
    """
    missing = [] if limit_memory(max_memory_bytes) else ["memory"]
    if sys.platform != "linux" or _libc().prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0):
        return [*missing, "files", "network"]
    return [*missing, *([] if _limit_files(scratch) else ["files"]), *([] if _limit_calls() else ["network"])]


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def limit_memory(max_memory_bytes: int) -> bool:
    """Limit the address space of this process and of each of its children; return whether the system can.

    If the machine has no memory left, the system ends this process before the service.
    """
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
        resource.setrlimit(resource.RLIMIT_AS, (max_memory_bytes, max_memory_bytes))
    except (OSError, ValueError):
        return False
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write("1000")
    except OSError:
        pass
    return True


def _limit_files(scratch: str) -> bool:
    libc = _libc()
    abi = libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))
    if abi < 1:
        return False
    writes = _FOLDER_WRITES | (_REFER if abi >= _ABI_REFER else 0) | (_TRUNCATE if abi >= _ABI_TRUNCATE else 0)
    attributes = [writes | _READS, *([0] if abi >= _ABI_NETWORK else []), *([_SCOPES] if abi >= _ABI_SCOPE else [])]
    packed = struct.pack(f"<{len(attributes)}Q", *attributes)
    rules = libc.syscall(_CREATE_RULESET, packed, ctypes.c_size_t(len(packed)), ctypes.c_uint32(0))
    if rules < 0:
        return False
    try:
        for path, rights in _file_rights(scratch, writes):
            descriptor = os.open(path, os.O_PATH | os.O_CLOEXEC)
            beneath = struct.pack("<Qi", rights, descriptor)
            failed = libc.syscall(_ADD_RULE, rules, _RULE_PATH_BENEATH, beneath, ctypes.c_uint32(0))
            os.close(descriptor)
            if failed:
                return False
        return not libc.syscall(_RESTRICT_SELF, rules, ctypes.c_uint32(0))
    finally:
        os.close(rules)


def _file_rights(scratch: str, writes: int) -> Iterator[tuple[str, int]]:
    """Yield paths and the rights below them. A file has no rights of folders."""
    yield scratch, writes | _READS
    yield os.devnull, _READ_FILE | writes & (_WRITE_FILE | _TRUNCATE)
    paths = [os.path.join("/", name) for name in _root_names() if name != "proc"]
    for path in [*paths, *(os.path.join("/proc", name) for name in _PROCESS_FILES)]:
        if os.path.exists(path):
            yield path, _READS if os.path.isdir(path) else _READ_FILE


def _root_names() -> set[str]:
    """Return the names in the root folder that a process may read."""
    try:
        return set(os.listdir("/"))
    except OSError:
        used = [os.path.dirname(sys.executable), os.path.abspath(__file__), sys.prefix, sys.base_prefix, *sys.path]
        paths = [path for each in used for path in (each, os.path.realpath(each)) if path.startswith("/")]
        return {*_ROOT_FOLDERS, *(path.split("/")[1] for path in paths)} - {""}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p)]


def _limit_calls() -> bool:
    """Refuse the calls that open sockets, and those that reach into other processes."""
    if platform.machine() not in _CALLS:
        return False
    architecture, refused, own = _CALLS[platform.machine()]
    # (code, jump if true, jump if false, value); a jump skips so many instructions.
    program = [
        (_LOAD, 0, 0, _ARCHITECTURE_OFFSET),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _REFUSE),
        (_LOAD, 0, 0, _NUMBER_OFFSET),
    ]
    for number in refused:
        program += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number in own:
        program += [
            (_EQUAL, 0, 4, number),
            (_LOAD, 0, 0, _FIRST_ARGUMENT_OFFSET),
            (_EQUAL, 0, 1, os.getpid()),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _REFUSE),
        ]
    program += [(_AT_LEAST, 0, 1, _X32_BIT), (_RETURN, 0, 0, _REFUSE), (_RETURN, 0, 0, _ALLOW)]
    code = b"".join(struct.pack("<HBBI", *each) for each in program)
    buffer = ctypes.create_string_buffer(code, len(code))
    filters = _Program(len(program), ctypes.cast(buffer, ctypes.c_void_p))
    return not _libc().prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(filters), 0, 0)
