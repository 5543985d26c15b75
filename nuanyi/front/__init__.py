"""Floor 9, the roof: the two shells (staff, worker), home, search, sign-in, error pages, API root, design system, PWA."""
