"""Run after `access_shell.py`, in the same shell: which rights does the matrix miss?

Removes each access line and each rule of an addon in turn, and measures again what
the matrix tells of its model; prints the number of mutants and those that nothing saw.
"""

ADDON = globals().get("ADDON")


def measured(name):
    """What the matrix tells of one model."""
    found = {}
    for model, owner, record, users in lines:  # noqa: F821
        if model == name:
            env.invalidate_all()  # noqa: F821
            for role, user in users.items():
                found[owner, role] = letters(record, user)  # noqa: F821
    return found


def is_guarded(model):
    """Whether a rule for everyone keeps the dialogs of a model to their owner."""
    guards = env["ir.rule"].search(  # noqa: F821
        [("model_id.model", "=", model), ("global", "=", True)]
    )
    return any("create_uid" in (rule.domain_force or "") for rule in guards)


def without(row, measure, model):
    """A measure of a model, once one line or rule is gone."""
    with env.cr.savepoint() as savepoint:  # noqa: F821
        row.unlink()
        env.registry.clear_all_caches()  # noqa: F821
        env.invalidate_all()  # noqa: F821
        found = measure(model)
        savepoint.rollback()
    env.registry.clear_all_caches()  # noqa: F821
    env.invalidate_all()  # noqa: F821
    return found


alive, count = [], 0
for kind in ("ir.model.access", "ir.rule"):
    for data in env["ir.model.data"].search(  # noqa: F821
        [("module", "=", ADDON), ("model", "=", kind)], order="name"
    ):
        row = env[kind].browse(data.res_id)  # noqa: F821
        model = row.model_id.model
        count += 1
        if kind == "ir.rule" and env[model]._transient:  # noqa: F821
            seen = is_guarded(model) and not without(row, is_guarded, model)
        else:
            before = measured(model)
            seen = before != without(row, measured, model)
        if not seen:
            alive.append(data.name)
print("MUTANTS" + json.dumps({"count": count, "alive": alive}))  # noqa: F821
