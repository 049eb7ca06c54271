"""Clean-up that the uninstallation of each of our addons shares."""

from odoo.tools import SQL


def forget_reflections(env, addon):
    """Remove the names that other modules gave to parts of the models of an addon.

    A mixin brings fields and constraints to our models, and mixins of ours to those of
    the host; the module of the mixin names these parts. The host deletes them with the
    addon, and would keep their names.

    :param str addon: technical name of the addon that is uninstalled
    """
    env.flush_all()
    env.cr.execute(
        SQL(
            """
      WITH known AS (
           SELECT module, res_id AS model_id, id FROM ir_model_data
            WHERE model = 'ir.model'),
           touched AS (
           SELECT one.model_id, ir_model.model LIKE 'citeslab.%%' AS is_ours
             FROM known one JOIN ir_model ON ir_model.id = one.model_id
            WHERE one.module = %(addon)s
              AND one.id = (SELECT MIN(id) FROM known
                             WHERE known.model_id = one.model_id
                               AND known.module LIKE 'citeslab\\_%%')),
           part AS (
           SELECT 'ir.model.inherit' AS kind, id, model_id FROM ir_model_inherit
            UNION ALL
           SELECT 'ir.model.constraint', id, model FROM ir_model_constraint
            UNION ALL
           SELECT 'ir.model.fields.selection', one.id, field.model_id
             FROM ir_model_fields_selection one
             JOIN ir_model_fields field ON field.id = one.field_id)
    DELETE FROM ir_model_data named
     USING part JOIN touched USING (model_id)
     WHERE named.model = part.kind AND named.res_id = part.id
       AND named.module <> %(addon)s
       AND NOT EXISTS (SELECT FROM known
                        WHERE known.module = named.module
                          AND known.model_id = part.model_id)
       AND (touched.is_ours OR named.module LIKE 'citeslab\\_%%')
            """,
            addon=addon,
        )
    )
    env.registry.clear_cache()
