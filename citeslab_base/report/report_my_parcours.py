from odoo import api, fields, models

# After this many days without a call, the person tells his référent.
CALL_DAYS = 14
STEPS = 3


class ReportMyParcours(models.AbstractModel):
    """What the sheet for the person says, in the words of the person."""

    _name = "report.citeslab_base.my_parcours"
    _description = "My Parcours"

    @api.model
    def _get_report_values(self, docids, data=None):
        people = self.env["res.partner"].browse(docids)
        people.check_access("read")
        return {
            "doc_ids": docids,
            "doc_model": "res.partner",
            "docs": people,
            "sheet_of": self._sheet,
            "today": fields.Date.context_today(self),
        }

    def _sheet(self, person):
        """The sheet of one person, on the parcours of the latest contact.

        :rtype: dict
        """
        lead = person._parcours_to_follow(person.company_id)
        steps = self._steps(lead)
        return {
            "parcours": lead,
            "where": self._where(lead),
            "helpers": self._helpers(lead, person),
            "calls": self._calls(lead),
            "steps": steps,
            "blanks": range(STEPS - len(steps)),
            "shared": self._shared(person),
        }

    def _where(self, lead):
        """The phase, told to the person."""
        words = {
            "detection": self.env._(
                "We have met. We will talk about my idea together."
            ),
            "interview": self.env._("I told my idea. We look at it together."),
            "preparation": self.env._("I prepare my project."),
            "orientation": self.env._(
                "Other people who know how to help me were told of me."
            ),
            "followup": self.env._(
                "I go on with my project. My référent keeps an eye on it."
            ),
            "created": self.env._("I have created my business."),
            "closed": self.env._(
                "This parcours has ended. I may come back when I want."
            ),
        }
        return words.get(lead.phase, words["detection"])

    def _helpers(self, lead, person):
        """Who helps: name, role and how to reach, nearest first."""
        referent = lead.user_id or self.env.user
        structure = person.company_id
        helpers = [
            {
                "name": referent.name,
                "role": self.env._("my référent"),
                "phone": referent.partner_id.phone or structure.phone,
                "email": referent.email,
            },
            {
                "name": structure.name,
                "role": self.env._("the structure"),
                "phone": structure.phone,
                "email": structure.email,
            },
        ]
        # A partner is told by his name: the person calls the switchboard he knows.
        for row in lead.orientation_ids.filtered("organization_id"):
            if row.state in ("sent", "accepted"):
                helpers.append(
                    {
                        "name": row.organization_id.name,
                        "role": self.env._("partner"),
                        "phone": row.organization_id.phone,
                        "email": row.organization_id.email,
                    }
                )
        return helpers

    def _calls(self, lead):
        """Who calls the person, and by when."""
        calls = []
        for row in lead.orientation_ids:
            if row.state == "sent" and row.organization_id:
                calls.append(
                    {
                        "who": row.organization_id.name,
                        "when": fields.Date.add(row.date, days=CALL_DAYS),
                    }
                )
        for activity in lead.activity_ids.filtered("user_id"):
            if activity.activity_category == "phonecall":
                calls.append(
                    {"who": activity.user_id.name, "when": activity.date_deadline}
                )
        return sorted(calls, key=lambda call: call["when"])

    def _steps(self, lead):
        """The next steps: RDV to come, then what the last one agreed on."""
        steps = []
        coming = lead.interview_ids.filtered(
            lambda row: row.state == "planned"
            and row.date >= fields.Date.context_today(self)
        )
        for row in coming.sorted(lambda row: (row.date, row.id)):
            steps.append(
                {
                    "what": self.env._("RDV with %(name)s", name=row.user_id.name or "")
                    + (f", {row.place}" if row.place else ""),
                    "date": row.date,
                    "start": row.start,
                }
            )
        done = lead.interview_ids.filtered(
            lambda row: row.state == "done" and row.next_step
        ).sorted(lambda row: (row.date, row.id), reverse=True)
        steps += [{"what": row.next_step, "date": False} for row in done[:1]]
        return steps[:STEPS]

    def _shared(self, person):
        """What was said to whom, with the person's agreement."""
        told = [
            {
                "who": row.organization_id.name or row.promotion_id.display_name,
                "date": row.date,
            }
            for row in person.parcours_ids.orientation_ids
            if row.organization_id or row.promotion_id
        ]
        return sorted(told, key=lambda row: row["date"])
