"""Which rows the database shows to whom."""

from nuanyi.lib.row_security import PROGRAM, RowPolicy, scoped

#: the organisations of the district for which the reader is the organisation department: in a city, of one's own alone
_ORGANISED = (
    "(SELECT o.id FROM party_organisation o"
    " WHERE nuanyi_within(o.region_code, (SELECT nuanyi_regions('party.organise'))))"
)
_SEEN = (
    f"{scoped('party.organise', region='work_code')} OR organisation_id IN {_ORGANISED}"
    " OR ((SELECT nuanyi_may('party.follow')) AND instructor_id = (SELECT nuanyi_account()))"
    " OR key::text = (SELECT nuanyi_shown('application'))"
)

_COUNTED = f"{PROGRAM} OR (SELECT nuanyi_may('party.organise', 'party.coverage'))"
_FOLLOWED = (
    "(SELECT nuanyi_may('party.follow')) AND establishment_id IN (SELECT a.establishment_id FROM party_assignment a"
    " WHERE a.account_id = (SELECT nuanyi_account()) AND a.until_date IS NULL)"
)

# whoever a branch received is seen there until the absence is over; a secretary of another district's unit is none
_OWN_BRANCH = (
    "(SELECT nuanyi_may('party.members')) AND EXISTS (SELECT FROM party_organisation o"
    " JOIN people_account a ON a.id = o.secretary_id LEFT JOIN units_unit u ON u.id = a.unit_id"
    " WHERE o.secretary_id = (SELECT nuanyi_account()) AND o.ended_date IS NULL"
    " AND (u.id IS NULL OR starts_with(o.region_code, left(u.region_code, 6)))"
    " AND (o.id = branch_id OR o.id = receiving_id AND (away_until_date IS NULL"
    " OR away_until_date >= (now() AT TIME ZONE 'Asia/Shanghai')::date)))"
)
_MEMBER = (
    f"(SELECT nuanyi_reads_all('party.organise')) OR branch_id IN {_ORGANISED}"
    f" OR (receiving_id IN {_ORGANISED} AND (away_until_date IS NULL"
    " OR away_until_date >= (now() AT TIME ZONE 'Asia/Shanghai')::date))"
    f" OR ({_OWN_BRANCH})"
    " OR key::text = (SELECT nuanyi_shown('member'))"
)

#: of an organisation whose secretary looks
_LED = (
    f"(SELECT nuanyi_reads_all('party.organise')) OR organisation_id IN {_ORGANISED}"
    " OR ((SELECT nuanyi_may('party.members')) AND EXISTS (SELECT FROM"
    " party_organisation o WHERE o.id = organisation_id AND o.secretary_id = (SELECT nuanyi_account())))"
)

_TEAM = (
    f"{scoped('party.organise', region='region_code')} OR ((SELECT nuanyi_may('party.entries'))"
    " AND instructor_id = (SELECT nuanyi_account()))"
)
_SPEAKER = "(SELECT nuanyi_reads_all('party.organise'))"

POLICIES = [
    RowPolicy("party.Assignment", f"{_COUNTED} OR account_id = (SELECT nuanyi_account())"),
    RowPolicy("party.InstructorTerms", f"{_COUNTED} OR account_id = (SELECT nuanyi_account())"),
    RowPolicy("party.LanguageWish", f"{_COUNTED} OR ({_FOLLOWED})"),
    # a new instructor reads what the former one wrote
    RowPolicy("party.Visit", f"{_COUNTED} OR account_id = (SELECT nuanyi_account()) OR ({_FOLLOWED})"),
    RowPolicy("party.Application", _SEEN),
    RowPolicy("party.Member", _MEMBER),
    RowPolicy("party.Meeting", _LED),
    RowPolicy(
        "party.Brought",
        f"{PROGRAM} OR {scoped('party.organise', region='region_code')} OR account_id = (SELECT nuanyi_account())",
    ),
    # a seat in a team says who belongs to the Party
    RowPolicy("party.LectureTeam", _TEAM),
    RowPolicy(
        "party.TeamSeat",
        f"(SELECT nuanyi_reads_all('party.organise')) OR team_id IN (SELECT id FROM party_lectureteam WHERE {_TEAM})",
    ),
    RowPolicy("party.Speaker", _SPEAKER),
    # what is said of a speaker by their own wish is said to everybody
    RowPolicy("party.SpeakerWeek", "true", insert=_SPEAKER, update=_SPEAKER, delete=_SPEAKER),
    # what somebody says of themselves is said to everybody; whoever may change it sees the member
    RowPolicy(
        "party.Showing",
        "true",
        # the program too, when a try-out is emptied: its members go first
        update=f"{PROGRAM} OR member_id IN (SELECT id FROM party_member WHERE {_MEMBER})",
        delete=f"{PROGRAM} OR member_id IN (SELECT id FROM party_member WHERE {_MEMBER})",
    ),
    RowPolicy(
        "party.Review",
        f"{PROGRAM} OR application_id IN (SELECT id FROM party_application WHERE {_SEEN})",
    ),
    RowPolicy(
        "party.StepDone",
        f"{PROGRAM} OR application_id IN (SELECT id FROM party_application WHERE {_SEEN})",
    ),
]
