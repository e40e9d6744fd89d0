"""Start, stop and kill the services as a user's machine would run them."""

import asyncio
import contextlib
from dataclasses import dataclass, field
import os
from pathlib import Path
import re
import signal
import socket
import sys

ROOT = Path(__file__).resolve().parents[2]
SERVICES_PYTHON = ROOT / ".venv" / "bin" / "python"
HOME_ASSISTANT_PYTHON = ROOT / ".venv-ha" / "bin" / "python"
LOOPBACK = "127.0.0.1"

START_SECONDS = 60.0
STOP_SECONDS = 30.0
_LISTENING = re.compile(r"listening on (http://\S+)")


class ProcessFailed(RuntimeError):
    """A process ended, or did not come up; the text ends with the tail of its log."""


def free_port(preferred: int | None = None) -> int:
    """Return `preferred` when nothing listens there on loopback, else a port the system picks."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind((LOOPBACK, port))
                return int(probe.getsockname()[1])
    raise ProcessFailed("no free port on loopback")


@dataclass(slots=True)
class ManagedProcess:
    """One child process whose output goes to a log file.

    `url` is set once the process has said `listening on URL`; a process that announces itself in
    another way (Home Assistant) is started with `announces=False`.
    """

    name: str
    argv: list[str]
    log: Path
    announces: bool = True
    env: dict[str, str] = field(default_factory=dict)
    url: str = ""
    _process: asyncio.subprocess.Process | None = None
    _reader: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and wait until it listens.

        Raises:
            ProcessFailed: it ended or was not ready within a minute.
        """
        ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._process = await asyncio.create_subprocess_exec(
            *self.argv,
            cwd=ROOT,
            env=_environment(self.env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C in the terminal reaches only us: we end the parts in order.
            start_new_session=True,
        )
        self._reader = asyncio.create_task(self._read(self._process, ready))
        if not self.announces:
            ready.cancel()
            return
        try:
            self.url = await asyncio.wait_for(ready, START_SECONDS)
        except (TimeoutError, asyncio.CancelledError) as err:
            await self.kill()
            raise ProcessFailed(f"{self.name} did not start:\n{self.log_tail()}") from err

    async def _read(self, process: asyncio.subprocess.Process, ready: asyncio.Future[str]) -> None:
        assert process.stdout is not None
        with self.log.open("ab") as log:
            async for line in process.stdout:
                log.write(line)
                log.flush()
                if not ready.done() and (match := _LISTENING.search(line.decode(errors="replace"))):
                    ready.set_result(match[1])
        if not ready.done():
            ready.cancel()

    @property
    def running(self) -> bool:
        """Whether the process has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    def log_tail(self, lines: int = 30) -> str:
        """Return the last lines of the log."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def freeze(self) -> None:
        """Stop the clock of the process and all it started (SIGSTOP)."""
        assert self._process is not None
        self._signal(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen process go on (SIGCONT)."""
        assert self._process is not None
        self._signal(self._process.pid, signal.SIGCONT)

    async def stop(self) -> None:
        """End the process as its supervisor would; kill it if it does not go."""
        await self._end(signal.SIGINT)

    async def kill(self) -> None:
        """SIGKILL the process and all it started, as a power cut would."""
        await self._end(signal.SIGKILL)

    async def _end(self, how: signal.Signals) -> None:
        process = self._process
        if process is None:
            return
        if process.returncode is None:
            self._signal(process.pid, how)
            try:
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
            except TimeoutError:
                self._signal(process.pid, signal.SIGKILL)
                await process.wait()
        # Whatever it started and left behind (workers of a killed service).
        self._signal(process.pid, signal.SIGKILL)
        if self._reader is not None:
            await self._reader
        self._process = self._reader = None

    @staticmethod
    def _signal(group: int, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, how)


def _environment(additions: dict[str, str]) -> dict[str, str]:
    """Return the environment of a child. Bytecode is kept: Home Assistant starts twice as fast."""
    inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**inherited, "PYTHONUNBUFFERED": "1", **additions}


def camera_service(work: Path, name: str, *options: str) -> ManagedProcess:
    """Return the camera service, bound to loopback and not announced."""
    return _service("twat_camera", work, name, "--no-announce", *options)


def vision_service(work: Path, name: str = "vision", *options: str) -> ManagedProcess:
    """Return the vision service, bound to loopback and not announced."""
    return _service("twat_vision", work, name, "--no-announce", *options)


def model_server(work: Path) -> ManagedProcess:
    """Return the stand-in for an Ollama server: strict, and with eyes of its own."""
    argv = [str(SERVICES_PYTHON), "-m", "tests.fakes.ollama", "--port", str(free_port())]
    return ManagedProcess("ollama", argv, work / "ollama.log")


def ai_task_model(work: Path) -> ManagedProcess:
    """Return the stand-in for the model of an AI Task integration."""
    argv = [str(SERVICES_PYTHON), "-m", "tests.fakes.ai_task.cloud", "--port", str(free_port())]
    return ManagedProcess("ai_task", argv, work / "ai_task.log")


def _service(module: str, work: Path, name: str, *options: str) -> ManagedProcess:
    data = work / name
    data.mkdir(parents=True, exist_ok=True)
    # A port that stays, so that a service started again is found where it was.
    argv = [str(SERVICES_PYTHON), "-m", module, "serve", "--host", LOOPBACK]
    argv += ["--port", str(free_port()), "--data-dir", str(data), "--name", name, *options]
    return ManagedProcess(name, argv, work / f"{name}.log")


def python_missing() -> str | None:
    """Return what to do when the environments are not there, else None."""
    for python in (SERVICES_PYTHON, HOME_ASSISTANT_PYTHON):
        if not python.exists():
            return f"{python} is missing: run scripts/setup first"
    return None if sys.version_info >= (3, 14) else "run this with .venv-ha/bin/python"
