"""A report handed over: its print against the print engine, its freezing in all.

One structure of the usual size (150 parcours a year) and one of 1,000. Floor of the
print: the engine alone on the same HTML, already written.
"""

from datetime import date

from population import fill

from odoo.addons.citeslab_base.tools import pdf

YEAR = (date(2023, 1, 1), date(2023, 12, 31))
SIZES = (150, 1000)


def main(bench):
    """Print of a draft, what its figures counted, and its submission."""
    structures = fill(bench.env, SIZES, (2022, 2023))
    for company, size in zip(structures, SIZES, strict=True):
        env = bench.env(
            context={**bench.env.context, "allowed_company_ids": company.ids}
        )
        report = env["citeslab.report"].create(
            {"company_id": company.id, "date_from": YEAR[0], "date_to": YEAR[1]}
        )
        renderer = env["citeslab.report.renderer"]
        matrix = report._matrix()
        html = renderer._report_html(report, matrix)
        pdf.print_html(html)  # the first print loads the engine and the fonts

        def printed(report=report, renderer=renderer, env=env):
            env.invalidate_all()
            return renderer._file_of(report, "pdf")

        bench.compare(
            f"{size} parcours, PDF of the report from its records",
            printed,
            lambda html=html: pdf.print_html(html),
            repeat=5,
            floor_label="the engine on the same HTML",
        )

        def counted(report=report, env=env):
            env.invalidate_all()
            return report._lines_of(report._matrix())

        def figures(report=report, env=env):
            env.invalidate_all()
            return report._matrix()

        bench.compare(
            f"{size} parcours, figures with every record that they counted",
            counted,
            figures,
            repeat=5,
            floor_label="the figures alone",
        )
