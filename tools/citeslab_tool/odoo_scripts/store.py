# For `odoo shell`: everything of a database inside the database, so that a copy has it.
env["ir.config_parameter"].set_param("ir_attachment.location", "db")
env["ir.attachment"].force_storage()
env.cr.commit()
