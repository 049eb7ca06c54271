# For `odoo shell`, after our addons.
own = env["ir.module.module"].search([("name", "=like", "citeslab_%")])
stock = env["ir.module.module"].search([("state", "=", "installed")]) - own
stock.write({"demo": False})
failures = env["ir.demo_failure"].search([])
if failures:
    raise SystemExit(
        "demo data failed: " + ", ".join(failures.module_id.mapped("name"))
    )
# No guided tour nor first-steps bubble over a demo.
users = env["res.users"].search([])
if "tour_enabled" in users._fields:
    users.write({"tour_enabled": False})
env.cr.commit()
