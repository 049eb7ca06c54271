"""The cast of the tests: two structures, one user per role, and the host's people."""

from odoo.tests import TransactionCase, new_test_user

from ..models.selections import DEFUSED_OUTCOMES

# Part of every name, note and title of a porteur: it must reach nobody else.
CANARY = "Canari7741"

ROLES = {
    "volunteer": "citeslab_base.group_volunteer",
    "chef": "citeslab_base.group_chef",
    "manager": "citeslab_base.group_manager",
}
OUTSIDERS = {
    "network": "citeslab_base.group_network",
    "salesperson": "sales_team.group_sale_salesman",
    "sales_all": "sales_team.group_sale_salesman_all_leads",
    "sales_manager": "sales_team.group_sale_manager",
    "employee": "base.group_user",
    "contact_creator": "base.group_user,base.group_partner_manager",
    "admin": "base.group_system,sales_team.group_sale_manager",
    "portal": "base.group_portal",
    "public": "base.group_public",
}


class CiteslabCast:
    """Builds the cast; mixed in by the database and the browser test cases."""

    @classmethod
    def build_cast(cls):
        """Create the structures, their territories and users, without mails."""
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": False,
                "no_reset_password": True,
                "mail_create_nosubscribe": True,
            }
        )
        cls.structure = cls.env["res.company"].create({"name": "Structure Estuaire"})
        cls.other = cls.env["res.company"].create({"name": "Structure Plateau"})
        cls.territory = cls._create_territory(cls.structure, "Estuaire")
        cls.other_territory = cls._create_territory(cls.other, "Plateau")
        cls.users = {
            name: cls._create_user(name, groups, cls.structure)
            for name, groups in {**ROLES, **OUTSIDERS}.items()
        }
        cls.volunteer = cls.users["volunteer"]
        cls.chef = cls.users["chef"]
        cls.manager = cls.users["manager"]
        cls.salesperson = cls.users["salesperson"]
        cls.other_chef = cls._create_user("other_chef", ROLES["chef"], cls.other)
        cls.Lead = cls.env["crm.lead"].with_user(cls.chef)

    @classmethod
    def _create_user(cls, name, groups, company):
        return new_test_user(
            cls.env,
            login=f"citeslab_{name}",
            name=f"Agent {name}",
            groups=groups,
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    @classmethod
    def _create_territory(cls, company, name):
        return cls.env["citeslab.territory"].create(
            {"name": name, "company_id": company.id}
        )

    @classmethod
    def create_parcours(cls, user=None, **values):
        """A parcours created by a user, of a person typed by name unless given."""
        if "partner_id" not in values:
            values.setdefault("contact_name", "Odile Marchand")
        Lead = cls.env["crm.lead"].with_user(user or cls.chef)
        return Lead.create({"is_parcours": True, **values})

    @classmethod
    def create_row(cls, model, parcours, date, **values):
        """A dated row of a parcours, created by the parcours' own user."""
        return parcours.env[model].create(
            {"parcours_id": parcours.id, "date": date, **values}
        )

    @classmethod
    def meet(cls, parcours, date, **values):
        """A done RDV."""
        values = {"state": "done", "kind": "interview", **values}
        return cls.create_row("citeslab.interview", parcours, date, **values)

    @classmethod
    def orient(cls, parcours, date, **values):
        values = {"family": "creation", **values}
        return cls.create_row("citeslab.orientation", parcours, date, **values)

    @classmethod
    def create_organization(cls, name="Réseau des Rives", **values):
        """An organisation of the first structure, with a mail address."""
        return cls.env["res.partner"].create(
            {
                "name": name,
                "is_company": True,
                "organization_kind": "creation",
                "company_id": cls.structure.id,
                "email": "accueil@rives.example",
                **values,
            }
        )

    @classmethod
    def agree_to_share(cls, parcours, organization=None):
        """Consent of a person to be put in touch with an organisation."""
        return parcours.env["citeslab.consent"].create(
            {
                "partner_id": parcours.partner_id.id,
                "purpose": "share",
                "organization_id": organization and organization.id,
            }
        )

    @classmethod
    def end(cls, parcours, date, value):
        told = cls.outcome_told(value)
        return cls.create_row("citeslab.outcome", parcours, date, **told)

    @classmethod
    def outcome_told(cls, value):
        """Values of an outcome, with what a désamorçage has to tell."""
        told = {"value": value}
        if value in DEFUSED_OUTCOMES:
            reason = cls.env.ref("citeslab_base.outcome_reason_job")
            told.update(reason_id=reason.id, orientation_refused=True)
        return told

    @classmethod
    def photograph(cls, parcours, date, **values):
        return cls.create_row("citeslab.situation", parcours, date, **values)


class CiteslabCase(CiteslabCast, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.build_cast()
