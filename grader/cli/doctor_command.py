"""``grader doctor``."""

from __future__ import annotations

import json

import click


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON document.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Show versions, memory and processors of this machine, and how well it can confine submissions."""
    from ..sandbox import doctor

    findings = doctor.examine()
    if any(findings["levels"][level]["reached"] for level in ("strong", "medium")):
        from ..executor import kept_trial

        kept_trial.forget()
    if as_json:
        click.echo(json.dumps(findings, indent=2))
    else:
        for name, version in findings["versions"].items():
            click.echo(f"{name:12} {version or 'not installed'}")
        click.echo(f"{'machine':12} {findings['machine']['shown']}")
        for device in findings["devices"]:
            click.echo(f"{'device':12} {device}")
        click.echo(f"{'isolation':12} {findings['isolation'] or 'no level works'}")
        for level, finding in findings["levels"].items():
            click.echo(f"  {level:10} {_sentence(finding)}")
            if finding["not_enforced"]:
                click.echo(f"  {'':10} not enforced: {', '.join(finding['not_enforced'])}")
        for sentence in findings["machine"]["too_small_for"].values():
            click.echo(f"Too small: {sentence}")
        for advice in findings["advice"]:
            click.echo(f"To do: {advice}")
    ctx.exit(0 if findings["isolation"] else 3)


def _sentence(finding: dict[str, object]) -> str:
    if not finding["works"]:
        return f"not available: {finding['reason']}"
    leaks = finding["reached"]
    assert isinstance(leaks, list)
    return f"works; student code reached {', '.join(leaks)}" if leaks else "works; student code reached nothing"
