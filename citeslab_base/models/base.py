from odoo import api, models
from odoo.exceptions import MissingError
from odoo.fields import Command
from odoo.tools import ormcache

from ..tools.roles import NETWORK, ROLES
from ..tools.text import without_formula

PERSON, PARCOURS = "res.partner", "crm.lead"
# Commands of an x2many that point at a record by its number.
LINKING = (Command.LINK, Command.SET, Command.UPDATE)
# People whom our own code found for the user, in the cache of the cursor: no request
# can put anybody there.
VOUCHED = "citeslab_vouched_people"
# Kinds of views whose root takes a class of style.
MARKED = ("form", "list", "kanban")


class Base(models.AbstractModel):
    """Nobody links a record of his own to a porteur whom he does not see.

    The host copies names, addresses and phones through links as superuser: into a
    meeting's attendee, a registration, a booth, the contact of a child, a bank
    account. A number that was guessed must not be enough to read them back.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        if self._leads_to_people():
            self._refuse_unseen_people(vals_list, with_defaults=True)
        return super().create(vals_list)

    def write(self, vals):
        if self._leads_to_people():
            self._refuse_unseen_people([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        if self._leads_to_people():
            self._refuse_unseen_people([values], with_defaults=True)
        return super().onchange(values, field_names, fields_spec)

    def export_data(self, fields_to_export):
        """What somebody typed is no formula of the workbook that our users take.

        The host guards its CSV files, and writes a name that begins with ``=`` into a
        workbook as a formula.
        """
        result = super().export_data(fields_to_export)
        if self.env.user.has_groups(f"{ROLES},{NETWORK}"):
            result["datas"] = [[without_formula(c) for c in r] for r in result["datas"]]
        return result

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        """Mark the screens of our own models: their colours are read by all."""
        arch, view = super()._get_view(view_id, view_type, **options)
        if self._name.startswith("citeslab.") and view_type in MARKED:
            arch.set("class", f"{arch.get('class', '')} o_citeslab_screen".strip())
        return arch, view

    def _leads_to_people(self):
        """Whether values of this model may point at a person at all."""
        return not self.env.su and (self._person_links() or self._parts())

    @api.model
    @ormcache("self._name")
    def _person_links(self):
        """Fields of this model that point at a person or at a parcours.

        :return: ``{field: model pointed at}``
        """
        return {
            name: field.comodel_name
            for name, field in self._fields.items()
            if field.relational and field.comodel_name in (PERSON, PARCOURS)
        }

    @api.model
    @ormcache("self._name")
    def _parts(self):
        """Fields whose records can be made within this one.

        :return: ``{field: model}``
        """
        return {
            name: field.comodel_name
            for name, field in self._fields.items()
            if field.type in ("one2many", "many2many")
        }

    def _refuse_unseen_people(self, vals_list, with_defaults=False):
        """Stop before a value points at a porteur hidden from the user.

        :param bool with_defaults: also look at what the context and the user's own
            defaults would add
        :raise AccessError: somebody, or a parcours, whom the user does not see
        """
        found = {PERSON: set(), PARCOURS: set()}
        for vals in vals_list:
            self._collect_people(vals, found)
        if with_defaults:
            self._collect_people(self._given_defaults(), found)
        # sudo: whether the record is hidden is what is asked
        people = self.env[PERSON].sudo().browse(found[PERSON])
        parcours = self.env[PARCOURS].sudo().browse(found[PARCOURS])
        try:  # the host reads these rows next: no query more
            people = people.filtered("is_hidden_porteur")
            parcours = parcours.filtered("is_parcours")
        except MissingError:
            people = people.exists().filtered("is_hidden_porteur")
            parcours = parcours.exists().filtered("is_parcours")
        people -= people.browse(self.env.cr.cache.get(VOUCHED, ()))
        people.sudo(False)._check_seen()
        if parcours:
            parcours.sudo(False).check_access("read")

    def _given_defaults(self):
        """Values that nobody typed: of the context, and of the user's own defaults."""
        links = self._person_links()
        given = self.env["ir.default"]._get_model_defaults(self._name)
        given = {name: given[name] for name in links if name in given}
        for name in links:
            value = self.env.context.get(f"default_{name}")
            if value:
                given[name] = value
        return given

    @api.model
    def _collect_people(self, vals, found):
        """Note the numbers of people and parcours in values, parts included."""
        links, parts = self._person_links(), self._parts()
        for name in vals.keys() & (links.keys() | parts.keys()):
            value = vals[name]
            if isinstance(value, int) and name in links:
                found[links[name]].update(filter(None, [value]))
            elif isinstance(value, (list, tuple)):
                self._collect_commands(value, links.get(name), parts.get(name), found)

    @api.model
    def _collect_commands(self, commands, target, part, found):
        for command in commands:
            if isinstance(command, int):
                numbers, inner = [command], None
            elif not isinstance(command, (list, tuple)) or not command:
                continue
            else:
                numbers, inner = self._read_command(*command)
            if target:
                found[target].update(numbers)
            if part and isinstance(inner, dict):
                self.env[part]._collect_people(inner, found)

    @api.model
    def _read_command(self, code, number=0, more=None):
        """Numbers that a command points at, and values that it holds."""
        if code == Command.SET:
            return [one for one in more or () if isinstance(one, int)], None
        pointed = code in LINKING and isinstance(number, int) and number > 0
        return [number] if pointed else [], more
