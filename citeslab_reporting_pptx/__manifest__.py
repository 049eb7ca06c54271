{
    "name": "CitésLab: Slides of the Bilan",
    "summary": "The bilan as PowerPoint, with charts that can be edited",
    "version": "19.0.1.0.0",
    "category": "Services/CitésLab",
    "author": "CitésLab for Odoo contributors",
    "website": "https://github.com/citeslab/citeslab-odoo",
    "license": "AGPL-3",
    "depends": ["citeslab_reporting"],
    "external_dependencies": {"python": ["python-pptx"]},
}
