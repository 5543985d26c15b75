"""Taking drafts in: matching them with what is known, and writing them in bulk. Closed to other rooms."""
