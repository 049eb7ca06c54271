# For `odoo shell`: the bundles of pages that people open, made once.
wanted = {
    "web.assets_web",
    "web.assets_web_print",
    "web.assets_frontend",
    "web.assets_frontend_lazy",
    "web.assets_frontend_minimal",
    "web.report_assets_common",
    "web.report_assets_pdf",
}
scripts, styles = env["ir.qweb"]._get_bundles_to_pregenarate()
for name in sorted(wanted & scripts):
    env["ir.qweb"]._get_asset_bundle(name, css=False, js=True).js()
for name in sorted(wanted & styles):
    env["ir.qweb"]._get_asset_bundle(name, css=True, js=False).css()
env.cr.commit()
