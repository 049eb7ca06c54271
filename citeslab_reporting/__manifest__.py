{
    "name": "CitésLab: Bilan",
    "summary": "Indicators, figures and printed bilan of a CitésLab structure",
    "version": "19.0.1.0.0",
    "category": "Services/CitésLab",
    "author": "CitésLab for Odoo contributors",
    "website": "https://github.com/citeslab/citeslab-odoo",
    "license": "AGPL-3",
    "depends": ["citeslab_base"],
    "data": [
        "security/ir.model.access.csv",
        "security/citeslab_reporting_rules.xml",
        "data/citeslab_indicator_data.xml",
        "security/citeslab_bilan_wizard_rules.xml",
        "report/citeslab_bilan_templates.xml",
        "report/citeslab_bilan_reports.xml",
        "report/citeslab_bilan_actions.xml",
        "wizard/citeslab_bilan_wizard_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["citeslab_reporting/static/src/bilan/**/*"],
    },
}
