"""T3: a record of one structure points at nothing of another one."""

from odoo.tests import TransactionCase, tagged

# Not asked for the structure, and why: models pointed at…
GUARDED = {
    "res.partner": "`base` refuses a person whom the user does not see",
    "crm.lead": "`base` refuses a parcours that the user does not see",
    "citeslab.neighborhood": "a national list, or the name of a place",
}
# … and single links.
REASONS = {
    "citeslab.booth.request.event_id": "its structure is the event's",
    "citeslab.event.witness.event_id": "its structure is the event's",
    "citeslab.headcount.action_id": "its structure is the action's",
    "citeslab.headcount.event_id": "its structure is the event's",
    "citeslab.orientation.link.orientation_id": "its structure is the orientation's",
    "citeslab.consent.text_id": "computed: the text in force",
    "citeslab.budget.entry.analytic_account_id": "computed: the budget's",
    "citeslab.budget.entry.analytic_line_id": "read only: the line that it mirrors",
    "citeslab.capture.action_id": "written by the capture, which nobody else may",
    "citeslab.period.change.exception_id": "written by the guard of the period",
    "citeslab.period.change.lock_id": "written by the guard of the period",
    "citeslab.report.line.report_id": "written by the report, which is frozen",
    "citeslab.register.row.contact_id": "written by the import, as superuser",
    "citeslab.register.row.interview_id": "written by the import, as superuser",
    "citeslab.register.row.orientation_id": "written by the import, as superuser",
    "citeslab.register.row.outcome_id": "written by the import, as superuser",
    "citeslab.register.row.situation_id": "written by the import, as superuser",
    "event.event.permanence_id": "written by the permanence: dates of its structure",
    "event.registration.interview_id": "written with the presence, as superuser",
    "mailing.mailing.citeslab_event_id": "the host's mailings have no structure",
    "mailing.mailing.citeslab_list_id": "the host's lists have no structure",
}

# Models of the host that check links by a constraint of ours, for our records only.
CONSTRAINED = {"event.event"}


@tagged("post_install", "-at_install")
class TestCompanyLinks(TransactionCase):
    def links(self):
        """Stored links that may cross a structure: ``(model, field)``."""
        for model in self.env.values():
            own = model._fields.get("company_id")
            if model._abstract or model._transient or not model._auto or not own:
                continue
            # the structure of a part is that of its whole: they cannot differ
            whole = (own.related or "").partition(".")[0]
            for field in model._fields.values():
                if field.type == "many2one" and field.store and not field.related:
                    crosses = "company_id" in self.env[field.comodel_name]._fields
                    if crosses and field.name != whole and self.is_ours(model, field):
                        yield model, field

    @staticmethod
    def is_ours(model, field):
        owners = field._modules or ()
        ours = any(name.startswith("citeslab_") for name in owners)
        return model._name.startswith("citeslab.") or ours

    def is_list(self, name):
        """Whether it is a list of words, of which a structure may have its own."""
        return isinstance(self.env[name], self.registry["citeslab.nomenclature"])

    def test_T3_each_link_between_structures_is_checked(self):
        loose, idle, used = [], set(), set()
        for model, field in self.links():
            name = f"{model._name}.{field.name}"
            if field.check_company:
                if not model._check_company_auto and model._name not in CONSTRAINED:
                    idle.add(model._name)
            elif name in REASONS:
                used.add(name)
            elif not (
                field.comodel_name in GUARDED
                or field.comodel_name in ("res.users", "res.company")
                or self.is_list(field.comodel_name)
            ):
                loose.append(name)
        self.assertFalse(loose, "check_company=True, or a reason in REASONS")
        self.assertFalse(idle, "check_company is asked of models that do not check")
        missing = {
            name for name in REASONS if name.rpartition(".")[0] in self.env
        } - used
        self.assertFalse(missing, "reasons of links that are gone or checked")
