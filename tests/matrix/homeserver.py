"""Runs Synapse for as long as whoever started it lives: its standard input is the line to them.

    python homeserver.py FOLDER CONFIG

Where the line breaks, nobody is left to stop it or to take away its FOLDER, and it does both.
"""

import os
import runpy
import shutil
import sys
import threading


def watch(folder: str) -> None:
    while os.read(0, 1):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(1)


if __name__ == "__main__":
    folder, config = sys.argv[1:]
    del sys.path[0]  # this folder, where the fixture is called synapse too
    threading.Thread(target=watch, args=(folder,), daemon=True).start()
    sys.argv = ["synapse", "-c", config]
    runpy.run_module("synapse.app.homeserver", run_name="__main__")
