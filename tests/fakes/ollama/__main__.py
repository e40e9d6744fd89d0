"""Run the stand-in as a process: `python -m tests.fakes.ollama [--port N]`."""

import argparse
import asyncio

from .server import FakeOllama


async def _serve(port: int) -> None:
    async with FakeOllama().running(port=port) as url:
        print(f"Stand-in for Ollama, listening on {url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    try:
        asyncio.run(_serve(parser.parse_args().port))
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
