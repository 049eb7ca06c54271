# For `odoo shell`, before our addons: a French host that calls nobody.
# Country, currency and clock of the host; new users and contacts speak French.
france = env.ref("base.fr")
euro = env.ref("base.EUR")
euro.active = True
env["res.company"].search([]).write({"country_id": france.id, "currency_id": euro.id})
env["res.company"].search([]).partner_id.tz = "Europe/Paris"
env["ir.default"].set("res.partner", "lang", "fr_FR")
env["ir.default"].set("res.partner", "tz", "Europe/Paris")
people = env["res.users"].with_context(active_test=False).search([]).partner_id
people.write({"lang": "fr_FR", "tz": "Europe/Paris"})

# Telemetry, digests by mail, and mail at all: none in a demo.
for name in (
    "mail.ir_cron_module_update_notification",
    "digest.ir_cron_digest_scheduler_action",
):
    cron = env.ref(name, raise_if_not_found=False)
    if cron:
        cron.active = False
env["ir.mail_server"].create(
    {"name": "Démonstration : aucun courriel ne part", "smtp_host": "invalid"}
)
# The stock modules count as installed with their demo only while ours are installed:
# Odoo loads the demo of an addon when all its dependencies have theirs.
env["ir.module.module"].search([("state", "=", "installed")]).write({"demo": True})
env.cr.commit()
