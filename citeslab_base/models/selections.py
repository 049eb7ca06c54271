"""Closed lists of the scheme, shared by several models (CDC §1.2, §2, §7)."""

GENDER = [("female", "Woman"), ("male", "Man"), ("other", "Other")]

RESIDENCE = [
    ("qpv", "QPV"),
    ("qva", "QVA"),
    ("near", "Just beside a QPV"),
    ("outside", "Outside"),
    ("unknown", "Unknown"),
]

TARGET_PUBLIC = [
    ("intentionniste", "Has the intention"),
    ("en_devenir", "Future entrepreneur"),
    ("en_activite", "Active entrepreneur"),
]

PROJECT_KIND = [("creation", "Creation"), ("takeover", "Takeover")]

PHASE = [
    ("detection", "Detection"),
    ("interview", "Interview"),
    ("preparation", "Preparation"),
    ("orientation", "Orientation"),
    ("followup", "Follow-up"),
    ("created", "Created"),
    ("closed", "Closed"),
]
# In these a parcours waits for nothing more.
ENDED_PHASES = ("created", "closed")

ORIENTATION_FAMILY = [
    ("creation", "Business creation players"),
    ("employment", "Employment players"),
    ("training", "Training and integration players"),
    ("continues", "Continues with CitésLab"),
    ("other", "Others"),
]

ORIENTATION_STATE = [
    ("sent", "Sent"),
    ("accepted", "Accepted"),
    ("refused", "Refused"),
    ("no_answer", "No answer"),
]
# States in which the partner has told something.
ANSWERED_STATES = ("accepted", "refused")

ANSWER_ORIGIN = [
    ("partner", "The partner, by the link"),
    ("structure", "Noted by the structure"),
]

ORIENTATION_NEWS = [
    ("ongoing", "Support goes on"),
    ("finished", "Programme or support completed"),
    ("created", "Business created"),
    ("stopped", "Project stopped"),
]
FINISHED_NEWS = ("finished", "created")
# After these the partner owes no more news.
LAST_NEWS = (*FINISHED_NEWS, "stopped")

LINK_PURPOSE = [("answer", "Accept or refuse"), ("news", "Give news")]

TRAINING_KIND = [
    ("common_core", "Training: common core"),
    ("complementary", "Training: complementary topic"),
    ("codevelopment", "Co-development day"),
    ("seminar", "Seminar"),
    ("working_group", "Working group"),
    ("regional_meeting", "Monthly regional meeting"),
]

TRAINING_STATE = [
    ("planned", "Planned"),
    ("attended", "Attended"),
    ("missed", "Not attended"),
]

OUTCOME = [
    ("created", "Business created"),
    ("consolidated", "Business consolidated"),
    ("ongoing", "Process goes on"),
    ("redirected", "Job or training"),
    ("lost", "Without news"),
    ("abandoned", "Abandoned"),
]
# Of several outcomes of one person, the first of this list is told.
OUTCOME_RANK = (
    "created",
    "consolidated",
    "redirected",
    "ongoing",
    "lost",
    "abandoned",
)
CLOSING_OUTCOMES = ("redirected", "lost", "abandoned")
# Désamorçage: the project stops, the person is oriented elsewhere (CDC §2).
DEFUSED_OUTCOMES = ("redirected", "abandoned")
BUSINESS_OUTCOMES = ("created", "consolidated")

LEGAL_FORM = [
    ("micro", "Micro-enterprise"),
    ("ei", "Sole proprietorship (EI)"),
    ("eurl", "EURL"),
    ("sarl", "SARL"),
    ("sasu", "SASU"),
    ("sas", "SAS"),
    ("cooperative", "Cooperative"),
    ("association", "Association"),
    ("other", "Other"),
]

SETTLEMENT = [
    ("inside", "In a QPV or QVA"),
    ("outside", "Elsewhere"),
]

FOLLOWUP_ANSWER = [
    ("active", "Still active"),
    ("stopped", "Stopped"),
    ("unreachable", "Unreachable"),
]

INTERVIEW_KIND = [("contact", "Contact"), ("interview", "Interview")]

INTERVIEW_MODE = [
    ("face", "Face to face"),
    ("phone", "Phone"),
    ("visio", "Video call"),
]

INTERVIEW_STATE = [
    ("planned", "Planned"),
    ("done", "Done"),
    ("no_show", "No show"),
    ("excused", "Excused"),
    ("cancelled", "Cancelled"),
]

ORGANIZATION_KIND = [
    ("creation", "Business creation network"),
    ("finance", "Finance network"),
    ("consular", "Consular chamber"),
    ("employment", "Public employment service"),
    ("training", "Training organisation"),
    ("youth", "Youth organisation"),
    ("social_centre", "Social centre"),
    ("social_work", "Social work"),
    ("integration", "Integration structure"),
    ("mobile", "Bus or kiosk"),
    ("local_authority", "Local authority"),
    ("state", "State service"),
    ("landlord", "Landlord"),
    ("company", "Company"),
    ("other", "Other"),
]

NEIGHBORHOOD_KIND = [("qpv", "QPV"), ("qva", "QVA"), ("other", "Other area")]

PLACE_KIND = [
    ("structure", "Premises of the structure"),
    ("borne", "Borne Entrepreneuriat pour Tous"),
    ("bus", "Bus"),
    ("market", "Market, car park, foot of a building"),
    ("permanence", "Place of a permanence"),
    ("other", "Other"),
]

DATE_PRECISION = [("day", "Day"), ("month", "Month"), ("year", "Year")]

AGE_BANDS = [
    ("under_18", "Under 18"),
    ("18_25", "18-25"),
    ("26_35", "26-35"),
    ("36_45", "36-45"),
    ("46_55", "46-55"),
    ("56_plus", "56 and over"),
]

# Each is asked for, and withdrawn, apart from the others.
CONSENT_PURPOSE = [
    ("keep", "Keep my file"),
    ("share", "Share with a partner"),
    ("mailing", "Send me news by mail"),
    ("portrait", "Show my portrait"),
]

CONSENT_CHANNEL = [
    ("paper", "Signed paper"),
    ("oral", "Said face to face"),
    ("phone", "By phone"),
    ("mail", "By e-mail"),
    ("online", "Online form"),
]

ERASURE_REASON = [
    ("request", "Asked for by the person"),
    ("withdrawal", "Consent withdrawn"),
    ("retention", "Without news for too long"),
    ("transfer", "Followed by another structure"),
]
