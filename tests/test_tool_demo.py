"""The demo as a newcomer meets it: in French, without a call to the outside."""


def test_login_page_is_french(demo_server):
    assert "Mot de passe" in demo_server.get("/web/login")


def test_admin_enters_without_calling_outside(login, demo_server):
    page = login(demo_server, "admin")
    page.wait_for_selector(".o_home_menu, .o_action_manager")
    page.wait_for_timeout(3000)  # what is asked for late: bus, telemetry, fonts
    assert page.outside == []


def test_demo_sends_nothing(odoo_env, demo_db):
    code = """
telemetry = env.ref("mail.ir_cron_module_update_notification")
print("telemetry", telemetry.active)
names = ("partner_autocomplete", "crm_iap_enrich", "iap", "sms")
installed = env["ir.module.module"].search([("state", "=", "installed")])
print("callers", sorted(set(names) & set(installed.mapped("name"))))
print("mail", env["ir.mail_server"].search([]).mapped("smtp_host"))
"""
    assert odoo_env(demo_db, code).splitlines() == [
        "telemetry False",
        "callers []",
        "mail ['invalid']",
    ]
