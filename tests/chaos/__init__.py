"""Everything breaks at random, from a seed; afterwards every rule is checked."""
