"""Floor 7. Who is here: establishments (户), workers (从业人员), rosters (花名册) and census rounds (摸底排查).

Nouns: source (who sends rosters), import (one file on its way in), finding (a bad cell), match (a row that
meets a known record), appearance (a row of a roster), establishment, worker, round, export.
"""
