# For `odoo shell`: everything of a database inside the database, assets made once.
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
env["ir.qweb"]._pregenerate_assets_bundles()
env.cr.commit()
