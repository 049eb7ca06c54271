from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.misc import format_date

from ..figures.money import to_cents

SEEN = "citeslab_seen"


class CiteslabCarefulSave(models.AbstractModel):
    """Forms whose save says what was on screen: nobody overwrites unknowingly.

    The form sends, beside each value that it changes, the value that its reader saw.
    Where the database holds another one by now, somebody else changed it meanwhile
    and the save is refused as a whole. Two people who change different amounts of
    the same budget do not hinder each other.
    """

    _name = "citeslab.careful.save"
    _description = "Save Without Overwriting"

    def web_save(self, vals, specification, next_id=None):
        """Save what a form changed, unless somebody else changed it meanwhile.

        :param dict vals: values to write; under ``citeslab_seen`` those that the
            reader saw: ``{field: value}``, and ``{one2many: {id: {field: value}}}``
        :raises UserError: names who changed what, and to which value
        """
        vals = dict(vals)
        seen = vals.pop(SEEN, None)
        if self and seen:
            self._check_seen(seen)
        return super().web_save(vals, specification, next_id=next_id)

    def _check_seen(self, seen):
        self.ensure_one()
        for name, value in seen.items():
            field = self._fields.get(name)
            if field is None:
                continue
            if field.type == "one2many":
                for line_id, values in (value or {}).items():
                    self._check_line_seen(field, int(line_id), values)
            else:
                self._check_value_seen(self, field, value)

    def _check_line_seen(self, field, line_id, values):
        line = self.env[field.comodel_name].browse(line_id).exists()
        if not line:
            raise UserError(
                self.env._(
                    "%(record)s: a line that you changed (%(list)s) was deleted "
                    "meanwhile; reload the page to see the present ones.",
                    record=self.display_name,
                    list=field._description_string(self.env),
                )
            )
        for name, value in values.items():
            if name in line._fields:
                self._check_value_seen(line, line._fields[name], value)

    def _check_value_seen(self, record, field, seen):
        present = self._seen_key(field, record[field.name])
        if field.type in ("one2many", "many2many") or present == self._seen_key(
            field, seen
        ):
            return
        raise UserError(
            self.env._(
                "%(who)s changed %(record)s meanwhile: “%(field)s” is now %(value)s. "
                "Reload the page, then type your change again.",
                who=record.sudo().write_uid.name,
                record=record.display_name,
                field=field._description_string(self.env),
                value=self._seen_text(record, field),
            )
        )

    @api.model
    def _seen_key(self, field, value):
        """A value as it travels to a form, fit for a comparison."""
        if isinstance(value, models.BaseModel):
            return value.id or False
        if field.type in ("monetary", "float"):
            return to_cents(value)
        if field.type in ("date", "datetime") and value:
            return field.to_string(value) if not isinstance(value, str) else value
        if isinstance(value, Markup):
            value = str(value)
        return value or False

    @api.model
    def _seen_text(self, record, field):
        value = record[field.name]
        if isinstance(value, models.BaseModel):
            return value.display_name or "–"
        if field.type == "monetary":
            return record.currency_id.format(value)
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "–")
        if field.type == "boolean":
            return self.env._("yes") if value else self.env._("no")
        if field.type == "date":
            return format_date(self.env, value) or "–"
        if field.type == "html":
            return self.env._("another text")
        return str(value or "–")
