"""Every paper of ours can be read aloud: tagged, with a title, a language, headings.

Papers are found in the database: a new one is tried on a record of the demo, or the
test asks for one.
"""

import json

from http_race import tagged

PRINT = """
import io
import json
from pypdf import PdfReader

HEADINGS = {f"/H{level}": level for level in range(1, 7)}


def walk(node, found):
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        for one in node:
            walk(one, found)
    elif hasattr(node, "get"):
        if node.get("/S") in HEADINGS:
            found.append(HEADINGS[node["/S"]])
        if "/K" in node:
            walk(node["/K"], found)


network = env["res.users"].search([("login", "=", "animation")])
env = env(user=env["res.users"].search([("login", "=", "responsable")]),
          context={"lang": "fr_FR"})
YEAR = {"date_from": "2023-01-01", "date_to": "2023-12-31"}
DATA = {"res.company": {"company_id": env.company.id, **YEAR}}
NETWORK = ("citeslab.consolidation",)
MADE = {"citeslab.report": YEAR}
campaign = env(user=network)["citeslab.campaign"].create(
    {"name": "Campagne", "deadline": "2024-03-31", **YEAR})
MADE["citeslab.consolidation"] = {"campaign_id": campaign.id}
committee = env["citeslab.committee"].search([], limit=1) or (
    env["citeslab.committee"].create({}))
MADE["citeslab.committee.meeting"] = {
    "committee_id": committee.id, "date": "2023-06-01"}
told = {}
reports = env["ir.actions.report"].sudo().search(
    [("report_name", "=like", "citeslab%"), ("report_type", "=", "qweb-pdf")])
for report in reports:
    Model = env(user=network)[report.model] if (
        report.model in NETWORK) else env[report.model]
    try:
        values = MADE.get(report.model, {})
        record = Model.search([], limit=1) or Model.create(values)
        content, kind = report.with_env(Model.env)._render_qweb_pdf(
            report.report_name, record.ids, data=DATA.get(report.model))
    except Exception as fault:
        told[report.report_name] = f"{report.model}: {fault!r}"
        continue
    reader = PdfReader(io.BytesIO(content))
    root, levels = reader.trailer["/Root"], []
    if "/StructTreeRoot" in root:
        walk(root["/StructTreeRoot"]["/K"], levels)
    told[report.report_name] = {
        "kind": kind, "marked": bool(root.get("/MarkInfo", {}).get("/Marked")),
        "lang": root.get("/Lang"), "title": (reader.metadata or {}).get("/Title"),
        "headings": levels, "text": len(reader.pages[0].extract_text())}
print("PAPERS", json.dumps(told))
"""


def faults(paper):
    """What keeps a paper from being read aloud."""
    if isinstance(paper, str):
        return [paper]
    levels = paper["headings"]
    leaps = [pair for pair in zip(levels, levels[1:], strict=False)
             if pair[1] > pair[0] + 1]  # fmt: skip
    checks = {
        "no tags": paper["marked"],
        f"language {paper['lang']}": (paper["lang"] or "").startswith("fr"),
        f"title {paper['title']!r}": paper["title"] and len(paper["title"]) > 3,
        f"first heading of {levels}": levels and levels[0] == 1,
        f"headings leap in {levels}": not leaps,
        "no text": paper["text"] > 50,
    }
    return [words for words, is_good in checks.items() if not is_good]


def test_every_paper_is_tagged_titled_and_in_french(demo_db, odoo_env):
    papers = tagged(odoo_env(demo_db, PRINT), "PAPERS ")
    assert len(papers) >= 12
    found = {name: faults(paper) for name, paper in papers.items() if faults(paper)}
    assert not found, json.dumps(found, indent=1, ensure_ascii=False)
