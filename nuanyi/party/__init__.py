"""Party organisations among people who have no office; two coverages."""
