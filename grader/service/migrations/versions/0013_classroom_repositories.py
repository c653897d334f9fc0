"""Classroom repositories: connections, repositories and their students, pushes, webhooks that were received, and rosters."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from grader.service.moments import Moment

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Change the tables."""
    op.create_table(
        "hook_delivery",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("delivery", sa.String(), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", "delivery", name=op.f("pk_hook_delivery")),
    )
    op.create_index(op.f("ix_hook_delivery_at"), "hook_delivery", ["at"])

    op.create_table(
        "roster_account",
        sa.Column("course_id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_roster_account_course_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_roster_account_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("course_id", "host", "account", name=op.f("pk_roster_account")),
    )
    op.create_index(op.f("ix_roster_account_user_id"), "roster_account", ["user_id"])

    op.create_table(
        "repository_source",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("exercise_id", sa.String(), nullable=False),
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("organisation", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("account_name", sa.String(), nullable=False),
        sa.Column("beginning", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("pattern", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("shows_report", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.Column("heard", Moment(timezone=True), nullable=True),
        sa.Column("polled", Moment(timezone=True), nullable=True),
        sa.Column("next_poll", Moment(timezone=True), nullable=False),
        sa.Column("is_demand", sa.Boolean(), nullable=False),
        sa.Column("etag", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("problem_since", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["exercise_id"], ["exercise.id"], name=op.f("fk_repository_source_exercise_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository_source")),
    )
    op.create_index(op.f("ix_repository_source_exercise_id"), "repository_source", ["exercise_id"])
    op.create_index(op.f("ix_repository_source_next_poll"), "repository_source", ["next_poll"])

    op.create_table(
        "class_repository",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("default_branch", sa.String(), nullable=False),
        sa.Column("is_private", sa.Boolean(), nullable=False),
        sa.Column("marker", sa.String(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("asked", Moment(timezone=True), nullable=True),
        sa.Column("created", Moment(timezone=True), nullable=False),
        sa.Column("removed", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["source_id"], ["repository_source.id"], name=op.f("fk_class_repository_source_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_repository")),
        sa.UniqueConstraint("source_id", "number", name=op.f("uq_class_repository_source_id")),
    )
    op.create_table(
        "repository_push",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("repository_id", sa.String(), nullable=False),
        sa.Column("sha", sa.String(), nullable=False),
        sa.Column("branch", sa.String(), nullable=False),
        sa.Column("seen", Moment(timezone=True), nullable=False),
        sa.Column("pushed", Moment(timezone=True), nullable=True),
        sa.Column("is_demand", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("due", Moment(timezone=True), nullable=False),
        sa.Column("lease_until", Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["class_repository.id"],
            name=op.f("fk_repository_push_repository_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repository_push")),
        sa.UniqueConstraint("repository_id", "sha", name=op.f("uq_repository_push_repository_id")),
    )
    op.create_index("ix_repository_push_due", "repository_push", ["state", "due"])

    op.create_table(
        "repository_student",
        sa.Column("repository_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("is_chosen", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["repository_id"],
            ["class_repository.id"],
            name=op.f("fk_repository_student_repository_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_repository_student_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("repository_id", "user_id", name=op.f("pk_repository_student")),
    )
    op.create_index(op.f("ix_repository_student_user_id"), "repository_student", ["user_id"])

    op.create_table(
        "push_submission",
        sa.Column("push_id", sa.String(), nullable=False),
        sa.Column("submission_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["push_id"], ["repository_push.id"], name=op.f("fk_push_submission_push_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submission.id"], name=op.f("fk_push_submission_submission_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("push_id", "submission_id", name=op.f("pk_push_submission")),
    )
    op.create_index(op.f("ix_push_submission_submission_id"), "push_submission", ["submission_id"])
