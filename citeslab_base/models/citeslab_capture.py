import re
from datetime import date, timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, clean_context

from ..register.values import to_text
from ..tools.dates import local_date
from ..tools.text import normalise
from .selections import AGE_BANDS, GENDER

NONCE = re.compile(r"[0-9A-Za-z-]{16,64}")
# Longest texts, in characters; the phone page has the same limits.
LIMITS = {"name": 128, "phone": 32, "line": 200, "place": 120}
OLDEST = timedelta(days=60)
MOST_AT_ONCE = 100
LAST_ID = 2**31 - 1


class CiteslabCapture(models.Model):
    """What the phone page sent: each capture is kept once, however often it comes.

    A capture typed without network waits in the browser under a nonce; the unique
    index makes of a second arrival nothing new.
    """

    _name = "citeslab.capture"
    _description = "Capture Received from a Phone"
    _order = "id desc"

    nonce = fields.Char(required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", string="Typed By", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", string="Structure", required=True, readonly=True, index=True
    )
    date = fields.Date(required=True, readonly=True)
    kind = fields.Selection(
        [("person", "Person"), ("count", "Count")], required=True, readonly=True
    )
    parcours_id = fields.Many2one(
        "crm.lead", readonly=True, ondelete="set null", index="btree_not_null"
    )
    action_id = fields.Many2one("citeslab.action", readonly=True, ondelete="set null")

    _once = models.UniqueIndex(
        "(user_id, nonce)", "This capture has already been received."
    )

    @api.model
    def _receive(self, entries):
        """Keep captures of the phone page, each wholly or not at all.

        :param list entries: dicts with ``nonce``, ``kind`` and what was typed
        :return: for each, ``nonce``, ``state`` (done / known / refused) and one
            ``message``: why it was refused or, for a chef, whose file it joined
        :rtype: list[dict]
        :raise UserError: when this is no list of captures
        """
        if not isinstance(entries, list) or len(entries) > MOST_AT_ONCE:
            raise UserError(
                self.env._(
                    "At most %(count)s captures are sent at once.", count=MOST_AT_ONCE
                )
            )
        return [self._receive_one(entry) for entry in entries]

    @api.model
    def _receive_one(self, entry):
        entry = entry if isinstance(entry, dict) else {}
        nonce = entry.get("nonce")
        answer = {"nonce": nonce, "state": "done", "message": ""}
        if not isinstance(nonce, str) or not NONCE.fullmatch(nonce):
            message = self.env._("This capture has no number of its own.")
            return {"nonce": None, "state": "refused", "message": message}
        known = [("user_id", "=", self.env.uid), ("nonce", "=", nonce)]
        # sudo: the log is nobody's to write, see _once
        if self.sudo().search_count(known, limit=1):
            return {**answer, "state": "known"}
        try:
            with self.env.cr.savepoint():
                message = self._keep(nonce, entry)
        except UserError as refused:
            return {**answer, "state": "refused", "message": str(refused)}
        return {**answer, "message": message or ""}

    @api.model
    def _keep(self, nonce, entry):
        """Note the nonce first: of two at a time, the second waits, then is played
        again by Odoo and finds it."""
        company = self._company_of(entry)
        told = self._told(entry, company)
        kind = "count" if entry.get("kind") == "count" else "person"
        Log = self.with_company(company).sudo()
        self.env.execute_query(
            SQL("UPDATE res_users SET id = id WHERE id = %s", self.env.uid)
        )
        log = Log.create(
            {
                "nonce": nonce,
                "user_id": self.env.uid,
                "company_id": company.id,
                "date": told["date"],
                "kind": kind,
            }
        )
        log.flush_recordset()
        return getattr(log, f"_keep_{kind}")(told)

    @api.model
    def _company_of(self, entry):
        company = self.env["res.company"].browse(
            entry["company"] if isinstance(entry.get("company"), int) else []
        )
        if company and company not in self.env.user.company_ids:
            raise UserError(
                self.env._("This capture was typed for a structure that is not yours.")
            )
        return company or self.env.user.company_id

    @api.model
    def _told(self, entry, company):
        """What was typed, cleaned; everything of a page may be forged."""
        told = {}
        for name, limit in LIMITS.items():
            told[name] = to_text(entry.get(name))
            if len(told[name]) > limit:
                raise UserError(
                    self.env._(
                        "“%(start)s…” is too long: at most %(limit)s characters.",
                        start=told[name][:20],
                        limit=limit,
                    )
                )
        for name, values in (("gender", GENDER), ("age_band", AGE_BANDS)):
            value = entry.get(name)
            is_known = isinstance(value, str) and value in dict(values)
            told[name] = value if is_known else False
        told["area"] = self._area_of(entry, company)
        told["place_id"] = self._place_of(told["place"], company)
        told["date"] = self._date_of(entry, company)
        told["already"] = entry.get("already") is True
        told["other"] = entry.get("other") is True
        count = entry.get("count")
        told["count"] = count if count in (-1, 1) and count is not True else 1
        return told

    @api.model
    def _area_of(self, entry, company):
        area_id = entry.get("area")
        Area = self.env["citeslab.neighborhood"]
        if isinstance(area_id, bool) or not isinstance(area_id, int):
            return Area
        if not 0 < area_id <= LAST_ID:
            return Area
        return Area.search(
            [("id", "=", area_id), ("company_id", "in", (False, company.id))]
        )

    @api.model
    def _place_of(self, name, company):
        """The borne, bus or market of the list that was typed, if it is one."""
        places = self.env["citeslab.place"].sudo()
        places = places.search([("company_id", "=", company.id)])
        return places.filtered(lambda one: normalise(one.name) == normalise(name))[:1]

    @api.model
    def _date_of(self, entry, company):
        """Day of the capture; a phone whose clock is wrong meets nobody tomorrow."""
        today = local_date(fields.Datetime.now(), company)
        try:
            day = date.fromisoformat(str(entry.get("date"))[:10])
        except ValueError:
            return today
        return day if today - OLDEST <= day <= today else today

    # ------------------------------------------------------------
    # A person
    # ------------------------------------------------------------

    def _keep_person(self, told):
        """A person met: found or created, with a contact of that day.

        Runs as superuser, since somebody whom a volunteer does not see may well be
        the one he met; what is created is his all the same.
        """
        if not normalise(told["name"]):
            raise UserError(self.env._("Whom did you meet? Type a name."))
        company = self.company_id
        Partner = self.env["res.partner"]
        keep = Partner._find_or_create_porteur
        if told["other"]:
            keep = Partner._create_porteur
        person = keep(company, told["name"], phone=told["phone"])
        self._complete_person(person, told)
        parcours = person._parcours_to_follow(company)
        is_known = bool(parcours)
        if not parcours:
            parcours = self._new_parcours(person, told)
        self.parcours_id = parcours
        action = self._action_of(told)
        if action and person in action.interview_ids.partner_id:
            return self._told_joined(is_known)  # noted there already
        if action:
            self._count_in(action, told)
        self.env["citeslab.interview"].create(
            {
                "parcours_id": parcours.id,
                "kind": "contact",
                "state": "done",
                "date": told["date"],
                "user_id": self.env.uid,
                **self._placed(told),
                "mission_id": self.env.ref("citeslab_base.mission_prospecting").id,
                "action_id": action.id,
                "age_band": told["age_band"],
                "notes": told["line"] if is_known else False,
            }
        )
        return self._told_joined(is_known)

    def _told_joined(self, is_known):
        """One sentence for a chef; a volunteer never learns who was known."""
        if is_known and self.env.user.has_group("citeslab_base.group_chef"):
            return self.env._("Noted on the file that was there already")
        return ""

    def _placed(self, told):
        """Place of the list, or place met once."""
        place = told["place_id"]
        return {"place_id": place.id, "place": not place and told["place"]}

    def _complete_person(self, person, told):
        """Write what was not known yet of the person, and nothing over it."""
        area = told["area"]
        residence = area.kind if area.kind in ("qpv", "qva") else False
        values = {
            "gender": told["gender"],
            "neighborhood_id": area.id,
            "residence": not person.neighborhood_id and residence,
        }
        values = {
            name: value for name, value in values.items() if value and not person[name]
        }
        if values:
            person.write(values)

    def _new_parcours(self, person, told):
        """A parcours met by direct prospecting (CDC §2, P7)."""
        Lead = self.env(context=clean_context(self.env.context))["crm.lead"]
        territory = self.env["citeslab.territory"]._default_for(self.company_id)
        referent = self.user_id
        if not referent.has_group("citeslab_base.group_chef"):
            referent = territory.sudo().chef_ids[:1] or referent
        source = told["place_id"].discovery_source_id or self.env.ref(
            "citeslab_base.discovery_source_citeslab", raise_if_not_found=False
        )
        return Lead.create(
            {
                "is_parcours": True,
                "company_id": self.company_id.id,
                "partner_id": person.id,
                "name": told["line"],
                "user_id": referent.id,
                "discovery_source_id": source.id if source else False,
            }
        )

    # ------------------------------------------------------------
    # Anonymous people
    # ------------------------------------------------------------

    def _keep_count(self, told):
        """One more, or one less, in the head-count of the action of that day."""
        self._count_in(self._action_of(told, is_needed=True), told)

    def _count_in(self, action, told):
        """Count somebody in, unless a tap did so already."""
        action._serialize_headcount()
        if told["already"]:
            if not action.headcount_people:
                raise UserError(
                    self.env._(
                        "Nobody was counted at %(place)s yet: untick “already "
                        "counted”.",
                        place=action.name,
                    )
                )
            return
        row = action.headcount_ids.filtered(
            lambda one: (one.gender, one.age_band, one.neighborhood_id)
            == (told["gender"], told["age_band"], told["area"])
        )[:1]
        if told["count"] < 0 and not row:
            return
        if row and row.count + told["count"] < 1:
            row.unlink()
        elif row:
            row.count += told["count"]
        else:
            self.env["citeslab.headcount"].create(
                {
                    "action_id": action.id,
                    "gender": told["gender"],
                    "age_band": told["age_band"],
                    "neighborhood_id": told["area"].id,
                    "count": 1,
                }
            )

    def _action_of(self, told, is_needed=False):
        """The action of that day and place, made by its first capture.

        :return: one ``citeslab.action``, or none where no place was told
        """
        self.ensure_one()
        name = told["place"]
        Action = self.env["citeslab.action"]
        if not name and not is_needed:
            return Action
        name = name or self.env._("People met")
        self._serialize_actions()
        of_day = Action.search(
            [("company_id", "=", self.company_id.id), ("date", "=", told["date"])]
        )
        action = of_day.filtered(lambda one: normalise(one.name) == normalise(name))[:1]
        if not action:
            kind = self.env.ref(
                "citeslab_base.action_kind_market", raise_if_not_found=False
            )
            action = Action.create(
                {
                    "name": name,
                    "date": told["date"],
                    "company_id": self.company_id.id,
                    "kind_id": kind.id if kind else False,
                    "mission_id": self.env.ref("citeslab_base.mission_prospecting").id,
                    "user_id": self.user_id.id,
                    **self._placed(told),
                }
            )
        self.action_id = action
        return action

    def _serialize_actions(self):
        """Of two phones that open the same market, the second finds it opened."""
        self.env.execute_query(
            SQL(
                "UPDATE res_company SET id = id WHERE id = %s",
                self.company_id.id,
            )
        )
