from odoo import api, models


class CiteslabPartnerLink(models.AbstractModel):
    """A record of the host that copies from the contact it is linked to.

    It copies as superuser, on a form that is not saved too, and constraints run as
    superuser as well. Whoever gave the number of a porteur would read his name there:
    only who sees a porteur makes such a link.
    """

    _name = "citeslab.partner.link"
    _description = "Link to a Contact"

    # Fields that lead to the contact.
    _contact_links = ("partner_id",)

    @api.model_create_multi
    def create(self, vals_list):
        self._check_contacts_seen(vals_list)
        return super().create(vals_list)

    def write(self, vals):
        self._check_contacts_seen([vals])
        return super().write(vals)

    def onchange(self, values, field_names, fields_spec):
        self._check_contacts_seen([values])
        return super().onchange(values, field_names, fields_spec)

    @api.model
    def _check_contacts_seen(self, vals_list):
        """Refuse values that lead to a porteur hidden from the user.

        :param list[dict] vals_list: values about to be written
        :raise AccessError: one of them does
        """
        if self.env.su:
            return
        chosen = {
            vals.get(name, self.env.context.get(f"default_{name}"))
            for vals in vals_list
            for name in self._contact_links
        }
        numbers = {one for one in chosen if isinstance(one, int) and one}
        self.env["res.partner"].browse(numbers)._check_seen()
