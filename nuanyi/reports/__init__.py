"""Reports: a thing seen out there, told, dispatched into the grid, mended, told back."""
