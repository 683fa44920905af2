"""How well approximate targets agree with the real Pythons, and other tools beside them."""
