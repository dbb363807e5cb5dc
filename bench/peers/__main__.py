"""One measurement of one peer, in its environment: `python -m bench.peers huey throughput`."""

import importlib
import os
import sys

name, kind = sys.argv[1:]
getattr(importlib.import_module(f"bench.peers.{name}"), kind)()
sys.stdout.flush()
# Threads that a peer has left behind are not waited for.
os._exit(0)
