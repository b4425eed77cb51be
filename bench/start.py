"""How long Duly takes to start, and how much memory it holds when it runs.

    python -m bench.start

Beside it stands a bare Python that does nothing, and one that only imports Starlette and uvicorn.
"""

import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
PORT = 8747
ROUNDS = 7


def quickest(*words: str) -> float:
    """Seconds, of several rounds."""
    spent = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(words, check=True, capture_output=True, cwd=ROOT)
        spent.append(time.perf_counter() - start)
    return min(spent)


def memory(pid: int) -> float:
    """MB held by a process and its children."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    own = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    children = listed.split()
    return own / 1024 + sum(memory(int(child)) for child in children)


def answered(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as page:
            return bool(page.status == 200)
    except OSError:
        return False


def demo(folder: str) -> tuple[float, float]:
    """Seconds from the start until the page answers, and MB held then."""
    start = time.perf_counter()
    words = [str(ROOT / "duly"), "demo", "--data", folder, "--port", str(PORT)]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answered(f"http://127.0.0.1:{PORT}/playground/"):
            time.sleep(0.02)
        spent = time.perf_counter() - start
        time.sleep(2)
        return spent, memory(running.pid)
    finally:
        running.terminate()
        running.wait(20)


def main() -> None:
    bare = quickest(sys.executable, "-c", "pass")
    peers = quickest(sys.executable, "-c", "import starlette.applications, uvicorn")
    version = quickest(str(ROOT / "duly"), "version")
    print(f"./duly version: {version * 1000:.0f} ms (bare Python {bare * 1000:.0f} ms)")
    with tempfile.TemporaryDirectory() as folder:
        first, _ = demo(folder)
        again, held = demo(folder)
    print(
        f"./duly until the page answers: first {first:.2f} s, again {again:.2f} s "
        f"(importing Starlette and uvicorn alone {peers:.2f} s); memory {held:.0f} MB"
    )


if __name__ == "__main__":
    main()
