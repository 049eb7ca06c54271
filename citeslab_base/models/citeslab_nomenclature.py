from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools.text import normalise


class CiteslabNomenclature(models.AbstractModel):
    """Coded list of the scheme, which a structure may extend but not rewrite."""

    _name = "citeslab.nomenclature"
    _description = "CitésLab Nomenclature"
    _order = "sequence, id"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True)
    aliases = fields.Text(
        help="Other labels that an import accepts for this entry, one per line."
    )
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        string="Structure",
        index="btree_not_null",
        help="Empty for an entry of the national list.",
    )

    _code_unique = models.UniqueIndex(
        "(code, COALESCE(company_id, 0))",
        "This code is already used in this list: choose another one.",
    )

    def write(self, vals):
        if "code" in vals and any(entry.code != vals["code"] for entry in self):
            raise UserError(
                self.env._(
                    "The code of %(entry)s cannot change: past reports rely on it. "
                    "Archive the entry and add a new one.",
                    entry=self[:1].display_name,
                )
            )
        return super().write(vals)

    @api.model
    def _label_index(self, company):
        """Everything that an import may write for the entries of this list.

        :param company: structure whose own entries count beside national ones
        :return: folded label → record, of codes, names (in every installed
            language) and aliases
        :rtype: dict[str, models.Model]
        """
        entries = self.search([("company_id", "in", (False, company.id))])
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        index = {}
        for entry in entries:
            names = {entry.with_context(lang=lang).name for lang in languages}
            names |= {entry.code, entry.name, *(entry.aliases or "").splitlines()}
            for label in names:
                index.setdefault(normalise(label), entry)
        index.pop("", None)
        return index
