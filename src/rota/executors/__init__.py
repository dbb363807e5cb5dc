"""Where a body runs: the keeper, the wire, and the agent's handle on a runner."""
