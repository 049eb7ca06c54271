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
    ],
}
