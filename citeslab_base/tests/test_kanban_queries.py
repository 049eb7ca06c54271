"""Opening the kanban of a structure costs what the host's own costs, or less."""

from lxml import etree

from odoo.tests import tagged

from .common import CiteslabCase

CARDS = 40


@tagged("post_install", "-at_install")
class TestKanbanQueries(CiteslabCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls.users["sales_manager"]
        stages = cls.env["crm.stage"].search([("phase", "=", False)], limit=4)
        for number in range(CARDS):
            parcours = cls.create_parcours(
                contact_name=f"Porteur {number}", phone="0639980001"
            )
            if number % 2:
                cls.meet(parcours, "2023-03-01")
            partner = cls.env["res.partner"].create({"name": f"Client {number}"})
            lead = cls.env["crm.lead"].create(
                {
                    "name": f"Devis {number}",
                    "type": "opportunity",
                    "partner_id": partner.id,
                    "stage_id": stages[number % len(stages)].id,
                    "user_id": cls.seller.id,
                    "company_id": cls.structure.id,
                    "phone": "0639980001",
                }
            )
            for record, user in ((parcours, cls.chef), (lead, cls.seller)):
                record.activity_schedule(
                    "mail.mail_activity_data_call", user_id=user.id
                )

    def _specification(self, arch):
        """What the web client reads for the cards of a view."""
        nodes = etree.fromstring(arch).xpath("//field[not(ancestor::field)]")
        Lead = self.env["crm.lead"]
        one = {"fields": {"display_name": {}}}
        return {
            node.get("name"): one
            if Lead._fields[node.get("name")].type == "many2one"
            else {}
            for node in nodes
        }

    def _cost(self, user, view, domain, context):
        """Queries of one opening, as a second one: what is cached once is cached."""
        Lead = self.env["crm.lead"].with_user(user).with_company(self.structure)
        Lead = Lead.with_context(**context)
        arch = Lead.get_views([(view.id, "kanban")])["views"]["kanban"]["arch"]
        specification = self._specification(arch)
        for _time in range(2):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            groups = Lead.web_read_group(
                domain,
                ["stage_id"],
                ["__count"],
                auto_unfold=True,
                unfold_read_specification=specification,
                unfold_read_default_limit=CARDS,
            )["groups"]
            cost = self.env.cr.sql_log_count - before
        cards = sum(len(group.get("__records", ())) for group in groups)
        self.assertEqual(cards, CARDS)
        return cost

    def test_kanban_costs_no_more_queries_than_the_stock_one(self):
        ours = self._cost(
            self.chef,
            self.env.ref("citeslab_base.crm_lead_view_kanban"),
            [("is_parcours", "=", True)],
            {"citeslab_parcours": True},
        )
        stock = self._cost(
            self.seller,
            self.env.ref("crm.crm_case_kanban_view_leads"),
            [("type", "=", "opportunity"), ("user_id", "=", self.seller.id)],
            {},
        )
        self.assertLessEqual(ours, stock, f"{ours} queries, the host makes {stock}")
