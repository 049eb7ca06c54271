from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.orm.domains import DomainAnd

from ..tools.roles import ROLES


# Apart from the life of a parcours: what keeps it out of the sales of the host.
class CrmLead(models.Model):
    """What the host does with its own leads, and never with a parcours."""

    _inherit = "crm.lead"  # pylint: disable=consider-merging-classes-inherited

    def _compute_company_id(self):
        """A parcours changes structure through ``action_transfer`` only."""
        return super(CrmLead, self - self._parcours())._compute_company_id()

    def _compute_team_id(self):
        return super(CrmLead, self - self._parcours())._compute_team_id()

    def _compute_stage_id(self):
        return super(CrmLead, self - self._parcours())._compute_stage_id()

    def _compute_probabilities(self):
        others = self - self._parcours()
        if others:
            return super(CrmLead, others)._compute_probabilities()

    def _compute_potential_lead_duplicates(self):
        """A sales lead never shows a parcours as its possible duplicate."""
        parcours = self._parcours()
        parcours.duplicate_lead_ids = False
        parcours.duplicate_lead_count = 0
        others = (self - parcours).with_context(citeslab_sales_only=True)
        return super(CrmLead, others)._compute_potential_lead_duplicates()

    @api.model
    def _search(self, domain, *args, **kwargs):
        domain = Domain(domain)
        if self.env.context.get("citeslab_sales_only"):
            domain &= Domain("is_parcours", "=", False)
        elif not self.env.su and self._asks_for_parcours(domain):
            # Every parcours has a structure: said outright, a column of the kanban
            # is read in the order of an index, not by going through the table.
            domain &= Domain("company_id", "in", self.env.companies.ids)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _asks_for_parcours(self, domain):
        """Whether a domain can be met by a parcours only."""
        terms = domain.children if isinstance(domain, DomainAnd) else (domain,)
        return any(
            getattr(term, "field_expr", None) == "is_parcours"
            and term.operator in ("=", "in")
            and term.value in (True, [True], (True,), {True})
            for term in terms
        )

    def _handle_won_lost(self, old_status_by_lead, new_status_by_lead):
        """A parcours never teaches the host's predictive scoring."""
        others = self - self._parcours()
        return super(CrmLead, others)._handle_won_lost(
            old_status_by_lead, new_status_by_lead
        )

    def _pls_get_lead_pls_values(self, domain=None):
        if domain:
            domain = Domain(domain) & Domain("is_parcours", "=", False)
        return super()._pls_get_lead_pls_values(domain=domain)

    def _pls_get_naive_bayes_probabilities(self, batch_mode=False, is_tooltip=False):
        others = self - self._parcours()
        if not others:
            return {}, {}
        return super(CrmLead, others)._pls_get_naive_bayes_probabilities(
            batch_mode=batch_mode, is_tooltip=is_tooltip
        )

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show the stages of a parcours in our views, the host's in its own."""
        if self.env.context.get("citeslab_parcours"):
            return stages.search([("phase", "!=", False)])
        found = super()._read_group_stage_ids(stages, domain)
        return found.filtered(lambda stage: not stage.phase or stage in stages)

    # ------------------------------------------------------------
    # What only a sale goes through
    # ------------------------------------------------------------

    def action_set_lost(self, **additional_values):
        self._refuse_for_parcours()
        return super().action_set_lost(**additional_values)

    def action_set_won(self):
        self._refuse_for_parcours()
        return super().action_set_won()

    def _merge_opportunity(self, *args, **kwargs):
        self._refuse_for_parcours()
        return super()._merge_opportunity(*args, **kwargs)

    def convert_opportunity(self, *args, **kwargs):
        self._refuse_for_parcours()
        return super().convert_opportunity(*args, **kwargs)

    def _refuse_for_parcours(self):
        if self._parcours():
            raise UserError(
                self.env._(
                    "This belongs to the sales pipeline. A parcours ends by an "
                    "outcome: use “Outcome” on its form."
                )
            )

    # ------------------------------------------------------------
    # Which view opens
    # ------------------------------------------------------------

    @api.model
    @api.readonly
    def get_view(self, view_id=None, view_type="form", **options):
        """Without a view asked for, show ours to those who have parcours only.

        The list of activities, a notification or a link opens the default view of
        the model: people without a sales role would meet revenue there.
        """
        asked = view_id or self.env.context.get(f"{view_type}_view_ref")
        if not asked and self._reader_has_parcours_only():
            view = self._parcours_view(view_type)
            view_id = view.id if view else view_id
        return super().get_view(view_id, view_type, **options)

    @api.model
    def _reader_has_parcours_only(self):
        user = self.env.user
        return user.has_group(ROLES) and not user.has_group(
            "sales_team.group_sale_salesman"
        )

    @api.model
    def _parcours_view(self, view_type):
        return self.env.ref(
            f"citeslab_base.crm_lead_view_{view_type}", raise_if_not_found=False
        )

    @api.readonly
    def get_formview_id(self, access_uid=None):
        """Open a parcours on its own form, whoever holds both roles."""
        if self.is_parcours:
            return self._parcours_view("form").id
        return super().get_formview_id(access_uid=access_uid)
