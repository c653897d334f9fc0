"""The interfaces of GitHub and GitLab, as far as classroom repositories need them: webhooks, repositories, commits and answers."""
